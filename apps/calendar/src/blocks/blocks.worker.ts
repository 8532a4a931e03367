import { Inject, Injectable } from '@nestjs/common';
import { forgetHourly } from '@patchbay/bookings';
import { AppError } from '@patchbay/contracts';
import { Database, type Lease } from '@patchbay/database';
import { CLOCK, LeasedWork, LOG, type Clock, type Logger } from '@patchbay/service-kit';
import { BlockWriter } from './block-writer.js';
import { BlocksRepository, type BlockRow, type KnownTimes } from './blocks.repository.js';

const dayMs = 24 * 60 * 60_000;

/** Works out the times of blocks that repeat as the window moves, and forgets those of long ago, as long as the service runs. */
@Injectable()
export class BlocksWorker {
  readonly #work: LeasedWork<BlockRow>;
  #stopForgetting: (() => void) | undefined;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(BlocksRepository) private readonly blocks: BlocksRepository,
    @Inject(BlockWriter) private readonly writer: BlockWriter,
    @Inject(LOG) private readonly log: Logger,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.#work = new LeasedWork({ name: 'times of blocks', rows: blocks.due, log, clock, work: (lease) => this.#extend(lease) });
  }

  onApplicationBootstrap(): void {
    this.#work.start();
    this.#stopForgetting = forgetHourly({ bookings: this.blocks, log: this.log, clock: this.clock });
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopForgetting?.();
    await this.#work.stop();
  }

  async #extend(lease: Lease<BlockRow>): Promise<void> {
    const known = this.#known(lease.row);
    await this.database.transaction((tx) =>
      known === undefined
        ? lease.settle(tx, { isApplied: false, nextAttemptAt: new Date(this.clock().getTime() + dayMs), lastError: 'recurrence_unreadable' })
        : this.blocks.extend(tx, lease, known),
    );
  }

  /** Undefined when it comes to more times in the later window than one block may have: nothing is promised beyond what is known. */
  #known(row: BlockRow): KnownTimes | undefined {
    try {
      return this.writer.known(row);
    } catch (error) {
      if (error instanceof AppError) return undefined;
      throw error;
    }
  }
}
