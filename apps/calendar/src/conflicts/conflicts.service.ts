import { Inject, Injectable } from '@nestjs/common';
import { AppError, type Conflict, type InputOf, type listConflicts, type OutputOf } from '@patchbay/contracts';
import { toPage, type Transaction } from '@patchbay/database';
import type { RequestContext, UserCaller } from '@patchbay/messaging';
import { CLOCK, type Clock } from '@patchbay/service-kit';
import { z } from 'zod';
import type { Span } from '../blocks/block-times.js';
import { BusyRepository } from '../busy/busy.repository.js';
import { spanOf, toConflict } from './conflict-view.js';
import { ConflictsRepository, type ConflictQuery, type ConflictRow } from './conflicts.repository.js';
import { searchMs } from './free-slots.js';

const dayMs = 24 * 60 * 60_000;
/** What is asked for without an end. Milliseconds. */
const aheadMsDefault = 90 * dayMs;
/** What was over before is not decided about any more. Milliseconds. */
const decidedMs = 30 * dayMs;

/** Finds what is at the same time, and what could be done about it. */
@Injectable()
export class ConflictsService {
  constructor(
    @Inject(ConflictsRepository) private readonly conflicts: ConflictsRepository,
    @Inject(BusyRepository) private readonly busy: BusyRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError `forbidden` when a person asks for another; `request_invalid` when nobody is asked for. */
  async list(context: RequestContext, input: InputOf<typeof listConflicts>): Promise<OutputOf<typeof listConflicts>> {
    const { user, isOwner } = askedFor(context, input.user_id);
    const after = positionOf(input.cursor);
    const rows = await this.conflicts.find(user, { ...this.range(input), status: input.status, after, limit: input.limit + 1 });
    const shown = await this.#shown(user, rows, { isOwner });
    const page = toPage(shown, input.limit, (conflict) => conflict);
    const last = rows.find(({ id }) => id === page.next_cursor);
    return { items: page.items, next_cursor: last === undefined ? null : cursorOf(last) };
  }

  /** @throws AppError `conflict_not_found` */
  async get(user: UserCaller, id: string): Promise<Conflict> {
    const conflict = await this.find(user, id);
    if (conflict === undefined) throw new AppError('conflict_not_found');
    return conflict;
  }

  /** One conflict by its id, within a transaction as it is by then. */
  async find(user: UserCaller, id: string, { tx, where }: { readonly tx?: Transaction; readonly where?: Span } = {}): Promise<Conflict | undefined> {
    const range = where === undefined ? this.decidable() : { from: where.start, to: where.end };
    const rows = await this.conflicts.find(user, { ...range, ids: [id], limit: 1 }, tx);
    const [conflict] = await this.#shown(user, rows, { isOwner: true, ...(tx === undefined ? {} : { tx }) });
    return conflict;
  }

  /** Several, in the order they begin. */
  async findAll(user: UserCaller, query: ConflictQuery): Promise<Conflict[]> {
    return this.#shown(user, await this.conflicts.find(user, query), { isOwner: true });
  }

  /** From now on, for 90 days, where nothing else is said. */
  range({ from, to }: { readonly from?: string | undefined; readonly to?: string | undefined }): { readonly from: Date; readonly to: Date } {
    const begin =
      from === undefined ? (to === undefined ? this.clock() : new Date(Math.min(this.clock().getTime(), Date.parse(to)))) : new Date(from);
    return { from: begin, to: to === undefined ? new Date(begin.getTime() + aheadMsDefault) : new Date(to) };
  }

  /** Where conflicts are that can be decided about. */
  decidable(): { readonly from: Date; readonly to: null } {
    return { from: new Date(this.clock().getTime() - decidedMs), to: null };
  }

  async #shown(
    user: UserCaller,
    rows: readonly ConflictRow[],
    { isOwner, tx }: { readonly isOwner: boolean; readonly tx?: Transaction },
  ): Promise<Conflict[]> {
    if (rows.length === 0) return [];
    const now = this.clock();
    const busy = await this.#busyAround(user, rows, tx);
    return rows.map((row) => toConflict(row, { busy, now, isOwner }));
  }

  /** When the user is busy as far as free times are looked for. */
  async #busyAround(user: UserCaller, rows: readonly ConflictRow[], tx: Transaction | undefined): Promise<readonly Span[]> {
    const now = this.clock().getTime();
    const spans = rows.flatMap(({ first, second }) => [spanOf(first), spanOf(second)]);
    const starts = spans.map(({ start }) => Math.max(now, start.getTime()));
    const longestMs = Math.max(...spans.map(({ start, end }) => end.getTime() - start.getTime()));
    const asked = { from: new Date(Math.min(...starts)), to: new Date(Math.max(...starts) + searchMs + longestMs) };
    const [row] = await this.busy.ofUsers(user.tenant_id, [user.user_id], { ...asked, ...(tx === undefined ? {} : { tx }) });
    return (row?.busy ?? []).map(([from, to]) => ({ start: new Date(from), end: new Date(to) }));
  }
}

/** People ask for themselves; services and administrators for anybody of their tenant. */
function askedFor({ caller }: RequestContext, asked: string | undefined): { readonly user: UserCaller; readonly isOwner: boolean } {
  if (caller === undefined) throw new AppError('forbidden');
  const userId = asked?.toLowerCase() ?? caller.user_id;
  if (userId === undefined) throw new AppError('request_invalid', { user_id: 'is required' });
  const isOwner = userId === caller.user_id;
  if (caller.role === 'user' && !isOwner) throw new AppError('forbidden');
  return { user: { tenant_id: caller.tenant_id, user_id: userId }, isOwner };
}

const cursorOf = ({ begins_at: at, id }: ConflictRow): string => `${at.toISOString()}_${id}`;

const position = z.tuple([z.iso.datetime(), z.uuid()]);

/** @throws AppError `request_invalid` when the cursor is none that we gave */
function positionOf(cursor: string | undefined): { readonly beginsAt: Date; readonly id: string } | undefined {
  if (cursor === undefined) return undefined;
  const parsed = position.safeParse(cursor.split('_'));
  if (!parsed.success) throw new AppError('request_invalid', { cursor: 'must be what the previous page gave as next_cursor' });
  const [at, id] = parsed.data;
  return { beginsAt: new Date(at), id };
}
