import { Inject, Injectable } from '@nestjs/common';
import { AppError, conflictDaysMax, type Conflict, type InputOf, type listConflicts, type OutputOf } from '@patchbay/contracts';
import { toPage, type Transaction } from '@patchbay/database';
import { inTurns } from '@patchbay/icalendar';
import type { RequestContext, UserCaller } from '@patchbay/messaging';
import { CLOCK, type Clock } from '@patchbay/service-kit';
import { z } from 'zod';
import type { Span } from '../blocks/block-times.js';
import { BusyRepository } from '../busy/busy.repository.js';
import { conflictsFrom, spanOf } from './conflict-view.js';
import { beginOfConflict, ConflictsRepository, type ConflictQuery, type ConflictRow } from './conflicts.repository.js';
import { searchMs } from './free-slots.js';

const dayMs = 24 * 60 * 60_000;
/** What is asked for without an end. Milliseconds. */
const aheadMsDefault = 90 * dayMs;
/** So much is looked through first, and twice as much each time that there was nothing: who has little at once is not asked often. Milliseconds. */
const stepMsFirst = 7 * dayMs;
/** Sorts after every other. */
const lastId = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

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
    const rows = await this.#search(user, { ...rangeOf(input, this.clock()), status: input.status, after, limit: input.limit + 1 });
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
  async find(user: UserCaller, id: string, tx?: Transaction): Promise<Conflict | undefined> {
    const from = beginOfConflict(id);
    const rows = await this.conflicts.find(user, { from, to: new Date(from.getTime() + 1), ids: [id], limit: 1 }, tx);
    const [conflict] = await this.#shown(user, rows, { isOwner: true, ...(tx === undefined ? {} : { tx }) });
    return conflict;
  }

  /** Which are the first open ones of a time, in the order they begin. */
  async idsOfOpen(user: UserCaller, { from, to, cursor, limit, ...query }: OpenQuery): Promise<IdPage> {
    const range = rangeOf({ from, to }, this.clock());
    const rows = await this.#search(user, { ...range, ...query, after: positionOf(cursor), status: 'open', limit: limit + 1 });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return { ids: page.map(({ id }) => id), next_cursor: rows.length <= limit || last === undefined ? null : cursorOf(last) };
  }

  /** Looks through the time bit by bit, until there are enough: a year of somebody who has much at once is more than is worth it. */
  async #search(user: UserCaller, { from, to, ...query }: ConflictQuery): Promise<ConflictRow[]> {
    const rows: ConflictRow[] = [];
    let { after } = query;
    let begin = after === undefined ? from : new Date(Math.max(from.getTime(), after.beginsAt.getTime()));
    for (let stepMs = stepMsFirst; begin < to && rows.length < query.limit; stepMs *= 2) {
      const end = new Date(Math.min(to.getTime(), begin.getTime() + stepMs));
      rows.push(...(await this.conflicts.find(user, { ...query, after, from: begin, to: end, limit: query.limit - rows.length })));
      // What begins before its bit was told of with the one before.
      after = { beginsAt: new Date(end.getTime() - 1), id: lastId };
      begin = end;
    }
    return rows;
  }

  async #shown(
    user: UserCaller,
    rows: readonly ConflictRow[],
    { isOwner, tx }: { readonly isOwner: boolean; readonly tx?: Transaction },
  ): Promise<Conflict[]> {
    if (rows.length === 0) return [];
    const now = this.clock();
    const busy = await this.#busyAround(user, rows, tx);
    return inTurns(conflictsFrom(rows, { busy, now, isOwner }));
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

/** Which open conflicts are asked for. */
interface OpenQuery extends Pick<ConflictQuery, 'severity' | 'involves' | 'limit'> {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly cursor?: string | undefined;
}

interface IdPage {
  readonly ids: readonly string[];
  readonly next_cursor: string | null;
}

/** From now on, for 90 days, where nothing else is said. @throws AppError `request_invalid` when it comes to more than is looked through */
function rangeOf({ from, to }: Pick<OpenQuery, 'from' | 'to'>, now: Date): { readonly from: Date; readonly to: Date } {
  const begin = from === undefined ? new Date(Math.min(now.getTime(), to === undefined ? Infinity : Date.parse(to))) : new Date(from);
  const end = to === undefined ? new Date(begin.getTime() + aheadMsDefault) : new Date(to);
  if (end.getTime() - begin.getTime() > conflictDaysMax * dayMs)
    throw new AppError('request_invalid', { to: `must be at most ${conflictDaysMax} days after from, or after now where that is not sent` });
  return { from: begin, to: end };
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
