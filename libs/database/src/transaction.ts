import type { EntityManager } from 'typeorm';
import { Outbox } from './outbox.js';

/** One transaction: what it changes and what it announces become true together. */
export class Transaction {
  readonly outbox = new Outbox();
  readonly #afterCommit: (() => void)[] = [];

  constructor(readonly manager: EntityManager) {}

  /**
   * Calls `wake` once the change is there for everyone to see; never when it is rolled back. For waking workers only: a process that dies right
   * after the commit never calls it, so whatever it wakes must also look by itself.
   */
  onCommit(wake: () => void): void {
    this.#afterCommit.push(wake);
  }

  /** Calls what {@link onCommit} was given. */
  committed(): void {
    for (const wake of this.#afterCommit) wake();
  }

  /**
   * Lets the commit not wait for the disk. If PostgreSQL dies within a second, the transaction may turn out never to have been: only for what does no
   * harm when it is missing, such as the record of something that may well be repeated.
   * https://www.postgresql.org/docs/current/wal-async-commit.html
   */
  async commitLazily(): Promise<void> {
    await this.manager.query(`SET LOCAL synchronous_commit = off`);
  }

  /** Runs SQL inside the transaction and answers its rows. Rows of an UPDATE or DELETE need a RETURNING. */
  async query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const result: unknown = await this.manager.query(sql, [...parameters]);
    // For UPDATE and DELETE, TypeORM answers [rows, count]; for everything else the rows themselves.
    // https://github.com/typeorm/typeorm/blob/master/src/driver/postgres/PostgresQueryRunner.ts
    if (Array.isArray(result) && result.length === 2 && Array.isArray(result[0]) && typeof result[1] === 'number') return result[0] as Row[];
    return result as Row[];
  }
}
