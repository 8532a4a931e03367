import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  bookingMoveProposed,
  type Conflict,
  type ConflictAction,
  type ConflictResolution,
  type InputOf,
  type listResolutions,
  type OutputOf,
  type overrideResolution,
  type TimeRange,
} from '@patchbay/contracts';
import { Database, idCursorOf, toPage, type Transaction } from '@patchbay/database';
import type { UserCaller } from '@patchbay/messaging';
import { CLOCK, type Clock } from '@patchbay/service-kit';
import { v7 as uuidv7 } from 'uuid';
import { BlocksRepository } from '../blocks/blocks.repository.js';
import { BlockEdits } from './block-edits.js';
import { ConflictsService } from './conflicts.service.js';
import { effectOf, type Decision } from './decision-effect.js';
import { ResolutionsRepository, toResolution, type ResolutionRow } from './resolutions.repository.js';

/** A decision about one conflict. */
export interface WantedResolution extends Decision {
  readonly id: string;
}

/** What is about to be written into the history. */
interface Entry extends Decision {
  readonly conflict: Pick<Conflict, 'id' | 'overlap' | 'sides' | 'proposals'>;
  readonly overrides: string | null;
}

/** Brings about what people decide about conflicts, and keeps it, so that it can be told and taken back. */
@Injectable()
export class ResolutionsService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(BlocksRepository) private readonly blocks: BlocksRepository,
    @Inject(ConflictsService) private readonly conflicts: ConflictsService,
    @Inject(ResolutionsRepository) private readonly resolutions: ResolutionsRepository,
    @Inject(BlockEdits) private readonly edits: BlockEdits,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(user: UserCaller, { conflict_id: conflictId, ...page }: InputOf<typeof listResolutions>): Promise<OutputOf<typeof listResolutions>> {
    const rows = await this.resolutions.list(user, { after: idCursorOf(page), conflictId, limit: page.limit + 1 });
    return toPage(rows, page.limit, toResolution);
  }

  /**
   * Decides about a conflict. What was decided before about the same one is overridden; the same again changes nothing.
   *
   * @throws AppError `conflict_not_found`, `conflict_changed`, `conflict_action_unsupported`, `conflict_no_time_free`, `block_limit_reached`
   */
  async resolve(user: UserCaller, { id, ...decision }: WantedResolution): Promise<ConflictResolution> {
    return this.database.transaction(async (tx) => {
      await this.blocks.lockUser(tx, user);
      const conflict = await this.conflicts.find(user, id, tx);
      const known = await this.resolutions.latest(tx, user, id);
      if (known !== undefined && isSame(known, decision) && (conflict === undefined || known.is_standing)) return toResolution(known);
      if (conflict === undefined) throw new AppError(known === undefined ? 'conflict_not_found' : 'conflict_changed');
      const standing = known?.is_standing === true ? known : undefined;
      if (standing !== undefined) this.#withdraw(tx, user, standing);
      return toResolution(await this.#decide(tx, user, { ...decision, conflict, overrides: standing?.id ?? null }));
    });
  }

  /**
   * Undoes a decision, and decides otherwise unless that is all.
   *
   * @throws AppError `resolution_not_found`, `resolution_overridden`, and as {@link resolve} does
   */
  async override(user: UserCaller, input: InputOf<typeof overrideResolution>): Promise<ConflictResolution> {
    const { resolution_id: id, action, ...others } = input;
    if (action === 'undo' && Object.values(others).some((value) => value !== undefined))
      throw new AppError('request_invalid', { action: 'undo goes with nothing else' });
    return this.database.transaction(async (tx) => {
      await this.blocks.lockUser(tx, user);
      const earlier = await this.resolutions.lock(tx, user, id);
      if (earlier === undefined) throw new AppError('resolution_not_found');
      if (earlier.overridden_by !== null) throw new AppError('resolution_overridden', { overridden_by: earlier.overridden_by });
      if (earlier.action === 'undo') throw new AppError('conflict_action_unsupported', { action: 'an undo is not overridden; resolve the conflict' });
      await this.edits.undo(tx, user, earlier);
      this.#withdraw(tx, user, earlier);
      if (action === 'undo') return toResolution(await this.#record(tx, user, { ...undone(earlier), id: uuidv7(), created_at: this.clock() }));
      const conflict = await this.conflicts.find(user, earlier.conflict_id, tx);
      if (conflict === undefined) throw new AppError('conflict_changed');
      return toResolution(await this.#decide(tx, user, { ...others, action, conflict, overrides: earlier.id }));
    });
  }

  async #decide(tx: Transaction, user: UserCaller, { conflict, overrides, ...decision }: Entry): Promise<ResolutionRow> {
    const effect = effectOf(conflict, decision);
    const edited = effect.edit === null ? { before: [], after: [] } : await this.edits.apply(tx, user, effect.edit);
    const row: ResolutionRow = {
      id: uuidv7(),
      user_id: user.user_id,
      conflict_id: conflict.id,
      action: decision.action,
      target_id: effect.targetId,
      overlap: conflict.overlap,
      sides: conflict.sides,
      ...edited,
      proposed: effect.proposed,
      overrides,
      overridden_by: null,
      is_standing: effect.edit === null,
      created_at: this.clock(),
    };
    if (effect.proposed !== null) announce(tx, row, { user, proposed: effect.proposed, status: 'proposed' });
    return this.#record(tx, user, row);
  }

  async #record(tx: Transaction, user: UserCaller, row: ResolutionRow): Promise<ResolutionRow> {
    if (row.overrides !== null) await this.resolutions.override(tx, row.overrides, row.id);
    await this.resolutions.add(tx, user, row);
    return row;
  }

  /** What the product was asked for it is no longer asked for. */
  #withdraw(tx: Transaction, user: UserCaller, row: ResolutionRow): void {
    if (row.proposed !== null) announce(tx, row, { user, proposed: row.proposed, status: 'withdrawn' });
  }
}

/** Whether it was decided like this before: without a time, whichever time it came to. */
const isSame = (known: ResolutionRow, { action, target_id: target, start_time: start }: Decision): boolean =>
  known.action === action && (target === undefined || target === known.target_id) && (start === undefined || startedAt(known) === Date.parse(start));

/** Where to it moved something; undefined for what moves nothing. */
const startedAt = ({ action, proposed, after }: ResolutionRow): number | undefined => {
  const moved = proposed?.start ?? (action === ('move_block' satisfies ConflictAction) ? after.at(-1)?.start_time : undefined);
  return moved === undefined ? undefined : Date.parse(moved);
};

const undone = (earlier: ResolutionRow): ResolutionRow => ({
  ...earlier,
  action: 'undo',
  before: earlier.after,
  after: earlier.before,
  proposed: null,
  overrides: earlier.id,
  overridden_by: null,
  is_standing: false,
});

function announce(
  tx: Transaction,
  row: ResolutionRow,
  { user, proposed, status }: { readonly user: UserCaller; readonly proposed: TimeRange; readonly status: 'proposed' | 'withdrawn' },
): void {
  const booking = row.sides.find(({ type, id }) => type === 'booking' && id === row.target_id);
  if (booking === undefined) throw new Error('unreachable: only a booking is proposed to move');
  const data = {
    user_id: user.user_id,
    booking_id: booking.id,
    conflict_id: row.conflict_id,
    resolution_id: row.id,
    status,
    start_time: proposed.start,
    end_time: proposed.end,
    current_start_time: booking.start,
    current_end_time: booking.end,
  };
  tx.outbox.add(bookingMoveProposed, data, { tenantId: user.tenant_id });
}
