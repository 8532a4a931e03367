import { setImmediate as nextTurn } from 'node:timers/promises';
import { WorkLoop, type Database, type Transaction } from '@patchbay/database';
import type { Logger } from 'pino';
import type { Clock } from '../platform.js';
import { keyIdOf, SealBrokenError, type Sealer } from '../sealer.js';
import { KeyRotationsRepository, type Progress, type RotationRow } from './key-rotations.repository.js';
import { notSealed, prepareForBatches, readSealed, replaceSealed, type Replacement, type SealedTable, type SealedValues } from './sealed-table.js';

/** What a rotation works with. */
export interface KeyRotationParts {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly tables: readonly SealedTable[];
  readonly clock: Clock;
  readonly log: Logger;
  /** Rows in one transaction; {@link batchSizeDefault} when absent. */
  readonly batchSize?: number;
}

/** Few enough that whoever refreshes a token of the batch in hand hardly waits. */
const batchSizeDefault = 1_000;
/** Rows in one statement: while PostgreSQL writes them, the next are sealed. */
const chunkSize = 125;
/** Rows after which whoever waits for this process gets a turn. */
const turnSize = 25;
/** Only a replica that did not begin the rotation itself waits for this. Milliseconds. */
const pollMs = 500;

/** What a batch came to. */
interface Outcome {
  seen: number;
  /** Keys of rows with a value that cannot be opened. */
  readonly broken: string[];
  readonly under: Map<string, number>;
}

interface Handling {
  readonly table: SealedTable;
  readonly phase: RotationRow['phase'];
}

/**
 * Seals everything anew under the first master key, batch by batch: each batch and how far the rotation is by it are one transaction, and the lock
 * on the rotation's row is what gives the step to one replica. A process that dies leaves nothing half done, and any other goes on.
 *
 * The first pass only wraps data keys anew. The second opens every value, and wraps anew what a replica with older keys wrote meanwhile.
 */
export class KeyRotator {
  readonly #rotations: KeyRotationsRepository;
  readonly #loop: WorkLoop;

  constructor(private readonly parts: KeyRotationParts) {
    this.#rotations = new KeyRotationsRepository(parts.database);
    this.#loop = new WorkLoop({ name: 'key rotation', log: parts.log, pollMs, step: () => this.step() });
  }

  start(): void {
    this.#loop.start();
  }

  /** There is a rotation to work on. */
  wake(): void {
    this.#loop.wake();
  }

  /** Finishes the batch in hand. */
  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** One batch. @returns 0 when there is nothing to do, or another replica does it. */
  async step(): Promise<number> {
    const { database, sealer } = this.parts;
    if (!(await this.#rotations.isAnyOpen(sealer.currentKeyId))) return 0;
    return database.transaction(async (tx) => {
      await prepareForBatches(tx);
      const rotation = await this.#rotations.claim(tx, sealer.currentKeyId);
      if (rotation === undefined) return 0;
      await this.#rotations.save(tx, rotation.id, await this.#advance(tx, rotation));
      return 1;
    });
  }

  async #advance(tx: Transaction, rotation: RotationRow): Promise<Partial<Progress>> {
    const table = this.parts.tables[rotation.cursor_table];
    if (table === undefined) return rotation.phase === 'running' ? beginVerifying : this.#finish(rotation);
    const { batchSize = batchSizeDefault } = this.parts;
    const rows = await readSealed(tx, table, { after: rotation.cursor_key, limit: batchSize, isWhole: rotation.phase === 'verifying' });
    const outcome = await this.#handleAll(tx, rows, { table, phase: rotation.phase });
    const last = rows.at(-1);
    const isTableDone = last === undefined || rows.length < batchSize;
    const cursor = isTableDone ? { cursor_table: rotation.cursor_table + 1, cursor_key: null } : { cursor_key: last.key };
    return { ...cursor, ...(rotation.phase === 'running' ? afterRunning(rotation, outcome) : this.#afterVerifying(rotation, outcome, table)) };
  }

  async #handleAll(tx: Transaction, rows: readonly SealedValues[], how: Handling): Promise<Outcome> {
    const outcome: Outcome = { seen: 0, broken: [], under: new Map() };
    let written = Promise.resolve();
    for (let from = 0; from < rows.length; from += chunkSize) {
      const replacements = await this.#handle(rows.slice(from, from + chunkSize), how, outcome);
      await written;
      written = replaceSealed(tx, how.table, replacements);
      // It is awaited later; until then its failure is nobody's.
      written.catch(() => undefined);
    }
    await written;
    return outcome;
  }

  /** Adds to the outcome, and answers what to write. */
  async #handle(rows: readonly SealedValues[], { table, phase }: Handling, outcome: Outcome): Promise<readonly Replacement[]> {
    const replacements: Replacement[] = [];
    const { broken, under } = outcome;
    for (const [index, row] of rows.entries()) {
      const changes = row.values.map((sealed, column) => {
        if (sealed === null || sealed === '') return null;
        outcome.seen += 1;
        const fresh = this.#rewrapped(sealed, phase === 'verifying' ? table.columns[column]?.placeOf(row) : undefined);
        if (fresh === undefined) broken.push(row.key);
        const keyId = keyIdOf(fresh ?? sealed) ?? notSealed;
        under.set(keyId, (under.get(keyId) ?? 0) + 1);
        return fresh === undefined || fresh === sealed ? null : { from: headOf(sealed), to: headOf(fresh) };
      });
      if (changes.some((change) => change !== null)) replacements.push({ key: row.key, changes });
      if (index % turnSize === turnSize - 1) await nextTurn();
    }
    return replacements;
  }

  /** Undefined for a value that cannot be opened. Given its place, it is opened to the end. */
  #rewrapped(sealed: string, place: string | undefined): string | undefined {
    try {
      if (place !== undefined) this.parts.sealer.open(sealed, place);
      return this.parts.sealer.rewrap(sealed);
    } catch (error) {
      if (error instanceof SealBrokenError) return undefined;
      throw error;
    }
  }

  #afterVerifying(rotation: RotationRow, { seen, broken, under }: Outcome, { table }: SealedTable): Partial<Progress> {
    // Keys name rows and open nothing; an operator finds by them what must be connected again.
    if (broken.length > 0) this.parts.log.warn({ table, rows: broken.slice(0, 10), count: broken.length }, 'sealed values cannot be opened');
    const found = new Map(Object.entries(rotation.found_under));
    for (const [keyId, count] of under) found.set(keyId, (found.get(keyId) ?? 0) + count);
    return { verified: rotation.verified + seen, unopened: rotation.unopened + broken.length, found_under: Object.fromEntries(found) };
  }

  #finish({ id, verified, unopened, found_under }: RotationRow): Partial<Progress> {
    const { clock, log, sealer } = this.parts;
    const counts = { done: verified - unopened, failed: unopened, sealed_under: found_under, finished_at: clock() };
    log.info({ rotation_id: id, master_key_id: sealer.currentKeyId, done: counts.done, failed: unopened }, 'key rotation ended');
    if (unopened === 0) return { ...counts, status: 'completed', last_error: null };
    return { ...counts, status: 'failed', last_error: this.#complaint(unopened, found_under) };
  }

  #complaint(unopened: number, found: RotationRow['found_under']): string {
    const missing = Object.entries(found).filter(([keyId]) => keyId !== notSealed && !this.parts.sealer.hasKey(keyId));
    const altered = unopened - missing.reduce((sum, [, count]) => sum + count, 0);
    const reasons = missing.map(([keyId, count]) => `${count} sealed under the master key "${keyId}", which is not configured`);
    if (altered > 0) reasons.push(`${altered} altered, or moved to another row`);
    return `${unopened} values cannot be opened and were left as they are: ${reasons.join('; ')}.`;
  }
}

/** All but the ciphertext, which stays. */
const headOf = (sealed: string): string => sealed.slice(0, sealed.lastIndexOf('.') + 1);

const beginVerifying: Partial<Progress> = {
  ...{ status: 'verifying', phase: 'verifying', cursor_table: 0, cursor_key: null, verified: 0, unopened: 0, found_under: {} },
};

const afterRunning = ({ done, failed }: RotationRow, { seen, broken }: Outcome): Partial<Progress> => ({
  done: done + seen - broken.length,
  failed: failed + broken.length,
});
