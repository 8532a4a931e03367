import { AppError, type KeyRotation, type SealingService } from '@patchbay/contracts';
import { v7 as uuidv7 } from 'uuid';
import { KeyRotationsRepository, type RotationRow } from './key-rotations.repository.js';
import { KeyRotator, type KeyRotationParts } from './key-rotator.js';
import { countByKey } from './sealed-table.js';

/** Begins, shows and stops the sealing anew of everything that one service keeps. */
export class KeyRotations {
  readonly #rotations: KeyRotationsRepository;
  readonly #rotator: KeyRotator;

  constructor(
    private readonly service: SealingService,
    private readonly parts: KeyRotationParts,
  ) {
    this.#rotations = new KeyRotationsRepository(parts.database);
    this.#rotator = new KeyRotator(parts);
  }

  onApplicationBootstrap(): void {
    this.#rotator.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.#rotator.stop();
  }

  /** One that was stopped or interrupted goes on; one that leads to another key than today's first is over, and a new one begins. */
  async start(): Promise<KeyRotation> {
    const { database, sealer, clock, tables } = this.parts;
    const begun = await database.transaction(async (tx) => {
      const latest = await this.#rotations.lockLatest(tx);
      const isOfToday = latest?.master_key_id === sealer.currentKeyId;
      if (latest !== undefined && isOfToday && isOpen(latest)) return latest;
      tx.onCommit(() => this.#rotator.wake());
      if (latest !== undefined && isOfToday && latest.status === 'stopped') return this.#rotations.save(tx, latest.id, { status: latest.phase });
      if (latest !== undefined && isOpen(latest))
        await this.#rotations.save(tx, latest.id, {
          status: 'stopped',
          last_error: `"${sealer.currentKeyId}" became the first master key meanwhile.`,
        });
      const sealedUnder = await countByKey(database, tables);
      const total = sumOf(sealedUnder);
      return this.#rotations.begin(tx, { id: uuidv7(), master_key_id: sealer.currentKeyId, total, sealed_under: sealedUnder, started_at: clock() });
    });
    return this.#toModel(begun);
  }

  /** Only counts: `done` is what is under the first key already, `failed` what no configured key opens. */
  async dryRun(): Promise<KeyRotation> {
    const { database, sealer, clock, tables } = this.parts;
    const counts = await countByKey(database, tables);
    const [total, done] = [sumOf(counts), counts[sealer.currentKeyId] ?? 0];
    const at = clock().toISOString();
    return {
      ...{ id: uuidv7(), service: this.service, status: 'completed', total, done, percent: percentOf(done, total) },
      failed: sumOf(Object.fromEntries(Object.entries(counts).filter(([keyId]) => !sealer.hasKey(keyId)))),
      ...{ master_key_id: sealer.currentKeyId, sealed_under: counts, started_at: at, finished_at: at, last_error: null },
    };
  }

  /** @throws AppError `key_rotation_not_found` */
  async latest(): Promise<KeyRotation> {
    const latest = await this.#rotations.findLatest();
    if (latest === undefined) throw new AppError('key_rotation_not_found');
    return this.#toModel(latest);
  }

  /** Waits for the batch in hand. @throws AppError `key_rotation_not_found` */
  stop(): Promise<KeyRotation> {
    return this.parts.database.transaction(async (tx) => {
      const latest = await this.#rotations.lockLatest(tx);
      if (latest === undefined) throw new AppError('key_rotation_not_found');
      return this.#toModel(isOpen(latest) ? await this.#rotations.save(tx, latest.id, { status: 'stopped' }) : latest);
    });
  }

  #toModel(row: RotationRow): KeyRotation {
    const { id, status, total, done, failed, unopened, master_key_id, sealed_under, started_at, finished_at, last_error } = row;
    return {
      ...{ id, service: this.service, status, total, done, failed: Math.max(failed, unopened), percent: progressOf(row) },
      ...{ master_key_id, sealed_under, started_at: started_at.toISOString(), finished_at: finished_at?.toISOString() ?? null, last_error },
    };
  }
}

const isOpen = ({ status }: RotationRow): boolean => status === 'running' || status === 'verifying';

const sumOf = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

/** One place after the point, rounded down: 100 is said of what is over only. */
const percentOf = (part: number, whole: number): number => (whole === 0 ? 100 : Math.min(100, Math.floor((1_000 * part) / whole) / 10));

/** Half of the way is sealing anew, half is verifying. Never goes back, also when values come and go meanwhile. */
function progressOf({ finished_at, phase, total, done, failed, verified }: RotationRow): number {
  if (finished_at !== null) return 100;
  const half = total === 0 ? 0 : percentOf(phase === 'running' ? done + failed : verified, total) / 2;
  return Math.min(99.9, Math.floor(10 * ((phase === 'running' ? 0 : 50) + half)) / 10);
}
