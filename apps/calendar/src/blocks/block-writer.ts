import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@patchbay/contracts';
import type { Transaction } from '@patchbay/database';
import type { UserCaller } from '@patchbay/messaging';
import { CLOCK, SERVICE_CONFIG, type Clock } from '@patchbay/service-kit';
import type { CalendarConfig } from '../calendar.config.js';
import { storedWindow } from '../sync/sync-schedule.js';
import { endOf, occurrencesOf, settledTimes, type BlockTimes } from './block-times.js';
import { BlocksRepository, type BlockFields, type BlockRow, type KnownTimes } from './blocks.repository.js';

/** So many blocks that are not over, and so many times of blocks, may one user have: what is at the same time as something is looked for among all of them. */
const blocksMax = 500;
const timesMax = 20_000;

const dayMs = 24 * 60 * 60_000;

/** Writes blocks together with their times. Within transactions that hold {@link BlocksRepository.lockUser}. */
@Injectable()
export class BlockWriter {
  constructor(
    @Inject(BlocksRepository) private readonly blocks: BlocksRepository,
    @Inject(SERVICE_CONFIG) private readonly config: CalendarConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError `request_invalid`, `block_limit_reached` */
  async add(
    tx: Transaction,
    user: UserCaller,
    block: { readonly id?: string; readonly key?: string | null; readonly fields: BlockFields },
  ): Promise<BlockRow> {
    const fields = { ...block.fields, ...settledTimes(block.fields) };
    const row = await this.blocks.add(tx, user, { ...block, fields, known: this.known(fields) });
    await this.#checkLimits(tx, user);
    return row;
  }

  /** @throws AppError `request_invalid`, `block_limit_reached` */
  async change(tx: Transaction, user: UserCaller, { id, fields: wanted }: { readonly id: string; readonly fields: BlockFields }): Promise<BlockRow> {
    const fields = { ...wanted, ...settledTimes(wanted) };
    const row = await this.blocks.change(tx, id, { fields, known: this.known(fields) });
    await this.#checkLimits(tx, user);
    return row;
  }

  /** The times of a block for the window as it is now. @throws AppError `request_invalid` */
  known(times: BlockTimes): KnownTimes {
    const now = this.clock();
    const window = storedWindow(now, this.config);
    const spans = occurrencesOf(times, window).map(({ start, end }) => ({ start, end }));
    if (times.recurrence.length === 0) return { spans, from: null, to: null, overAt: times.ends_at, againAt: null };
    // As long as there are times to come it is not over.
    const overAt = spans.some(({ end }) => end > now) ? null : endOf(times);
    if (overAt !== null && overAt < window.from) return { spans, from: window.from, to: null, overAt, againAt: null };
    // Each at a moment of its own: blocks that were written together need not be worked on together.
    return { spans, ...window, overAt, againAt: new Date(now.getTime() + dayMs * (0.8 + 0.4 * Math.random())) };
  }

  async #checkLimits(tx: Transaction, user: UserCaller): Promise<void> {
    const { blocks, times } = await this.blocks.count(tx, user, this.clock());
    if (blocks > blocksMax || times > timesMax) throw new AppError('block_limit_reached', { blocks_max: blocksMax, times_max: timesMax });
  }
}
