import { Inject, Injectable } from '@nestjs/common';
import { AppError, type getBusyTimes, type InputOf, type OutputOf, type TimeRange, type UserBusy } from '@patchbay/contracts';
import type { RequestContext } from '@patchbay/messaging';
import { CLOCK, type Clock } from '@patchbay/service-kit';
import { BusyRepository, type BusyPair, type BusyRow, type BusySource } from './busy.repository.js';
import { shownMoment, unbookableReason, type AskedRange } from './freshness.js';

/** Says when users are busy, and whether that is known well enough. */
@Injectable()
export class BusyService {
  constructor(
    @Inject(BusyRepository) private readonly busy: BusyRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError `forbidden` when a person asks for another; `request_invalid` when nobody is asked for. */
  async get(context: RequestContext, input: InputOf<typeof getBusyTimes>): Promise<OutputOf<typeof getBusyTimes>> {
    const { tenantId, userIds } = askedFor(context, input);
    const asked = { from: new Date(input.from), to: new Date(input.to) };
    const rows = new Map((await this.busy.ofUsers(tenantId, userIds, asked)).map((row) => [row.user_id, row]));
    const now = this.clock();
    const items = userIds.map((userId) => busyOf(rows.get(userId) ?? nothingKnown(userId), asked, now));
    return { from: asked.from.toISOString(), to: asked.to.toISOString(), items };
  }
}

/** People ask for themselves; services and administrators for anybody of their tenant. */
function askedFor({ caller }: RequestContext, { user_id: asked }: InputOf<typeof getBusyTimes>) {
  if (caller === undefined) throw new AppError('forbidden');
  const own = caller.user_id === undefined ? [] : [caller.user_id];
  const userIds = [...new Set(asked === undefined ? own : [asked].flat().map((id) => id.toLowerCase()))];
  if (caller.role === 'user' && userIds.some((id) => id !== caller.user_id)) throw new AppError('forbidden');
  if (userIds.length === 0) throw new AppError('request_invalid', { user_id: 'is required' });
  return { tenantId: caller.tenant_id, userIds };
}

const nothingKnown = (userId: string): BusyRow => ({ user_id: userId, busy: null, are_blocks_known: true, sources: [] });

function busyOf({ user_id: userId, busy, are_blocks_known: areBlocksKnown, sources }: BusyRow, asked: AskedRange, now: Date): UserBusy {
  const calendars = sources.map((source) => shownSource(source, asked, now));
  return {
    user_id: userId,
    bookable: areBlocksKnown && calendars.every(({ conflict_policy: policy, bookable }) => policy !== 'block' || bookable),
    reason: areBlocksKnown ? null : 'blocks_outside_window',
    busy: (busy ?? []).map(toRange),
    warnings: sources.flatMap(({ account_id, calendar_id, warnings }) =>
      calendar_id === null ? [] : (warnings ?? []).map((pair) => ({ ...toRange(pair), account_id, calendar_id })),
    ),
    calendars,
  };
}

function shownSource(source: BusySource, asked: AskedRange, now: Date): UserBusy['calendars'][number] {
  const { account_id, calendar_id, provider, name, conflict_policy } = source;
  const reason = unbookableReason(source, now, asked);
  const synced_at = shownMoment(source.calendar?.synced_at ?? null);
  return { account_id, calendar_id, provider, name, conflict_policy, synced_at, bookable: reason === null, reason };
}

const toRange = ([from, to]: BusyPair): TimeRange => ({ start: new Date(from).toISOString(), end: new Date(to).toISOString() });
