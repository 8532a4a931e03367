import type { KeyRotation } from '@patchbay/contracts';
import type { Database, Transaction } from '@patchbay/database';

/** How far a rotation is. */
export interface RotationRow {
  readonly id: string;
  readonly status: KeyRotation['status'];
  readonly phase: 'running' | 'verifying';
  readonly master_key_id: string;
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly verified: number;
  readonly unopened: number;
  readonly sealed_under: Readonly<Record<string, number>>;
  readonly found_under: Readonly<Record<string, number>>;
  readonly cursor_table: number;
  readonly cursor_key: string | null;
  readonly last_error: string | null;
  readonly started_at: Date;
  readonly finished_at: Date | null;
}

/** What moves while a rotation is at work. */
export type Progress = Omit<RotationRow, 'id' | 'master_key_id' | 'total' | 'started_at'>;

/** What is known of a rotation before its first step. */
export type NewRotation = Pick<RotationRow, 'id' | 'master_key_id' | 'total' | 'sealed_under' | 'started_at'>;

const columns = `id, status, phase, master_key_id, total::float8, done::float8, failed::float8, verified::float8, unopened::float8, sealed_under, found_under,
  cursor_table, cursor_key, last_error, started_at, finished_at`;
const latest = { name: 'key-rotations-latest', text: `SELECT ${columns} FROM key_rotations ORDER BY id DESC LIMIT 1` };
const open = { name: 'key-rotations-open', text: `SELECT 1 FROM key_rotations WHERE status IN ('running', 'verifying') AND master_key_id = $1` };

/** A service's rotations. The one at work is locked for as long as each of its steps takes, which is what makes replicas take turns. */
export class KeyRotationsRepository {
  constructor(private readonly database: Database) {}

  async findLatest(): Promise<RotationRow | undefined> {
    const [row] = await this.database.read<RotationRow>(latest);
    return row;
  }

  async isAnyOpen(masterKeyId: string): Promise<boolean> {
    return (await this.database.read(open, [masterKeyId])).length > 0;
  }

  /** The latest one, with nobody else beginning or moving one until the transaction ends. */
  async lockLatest(tx: Transaction): Promise<RotationRow | undefined> {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '.key-rotations', 0))`);
    const [row] = await tx.query<RotationRow>(`${latest.text} FOR UPDATE`);
    return row;
  }

  /** The one at work, for one step of it; undefined when there is none, or when another replica is in the middle of a step. */
  async claim(tx: Transaction, masterKeyId: string): Promise<RotationRow | undefined> {
    const [row] = await tx.query<RotationRow>(
      `SELECT ${columns} FROM key_rotations WHERE status IN ('running', 'verifying') AND master_key_id = $1 FOR UPDATE SKIP LOCKED`,
      [masterKeyId],
    );
    return row;
  }

  async begin(tx: Transaction, rotation: NewRotation): Promise<RotationRow> {
    return this.#only(
      await tx.query<RotationRow>(
        `INSERT INTO key_rotations (id, status, master_key_id, total, sealed_under, started_at) VALUES ($1, 'running', $2, $3, $4, $5) RETURNING ${columns}`,
        [rotation.id, rotation.master_key_id, rotation.total, JSON.stringify(rotation.sealed_under), rotation.started_at],
      ),
    );
  }

  async save(tx: Transaction, id: string, progress: Partial<Progress>): Promise<RotationRow> {
    const names = Object.keys(progress);
    const values = Object.values(progress).map((value: unknown) => (isRecord(value) ? JSON.stringify(value) : value));
    const assignments = names.map((name, index) => `${name} = $${index + 2}`).join(', ');
    return this.#only(await tx.query<RotationRow>(`UPDATE key_rotations SET ${assignments} WHERE id = $1 RETURNING ${columns}`, [id, ...values]));
  }

  #only([row]: readonly RotationRow[]): RotationRow {
    if (row === undefined) throw new Error('unreachable: the statement answers its row');
    return row;
  }
}

const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null && !(value instanceof Date);
