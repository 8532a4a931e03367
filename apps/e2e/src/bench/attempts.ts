import type pg from 'pg';
import { Pool } from 'undici';
import { concurrency, signedHeaders, type Webhook } from './webhook.js';

interface Attempt {
  readonly id: string;
  readonly attemptedAt: Date;
  readonly statusCode: number;
  readonly durationMs: number;
}

/** Makes the table in which a job queue's deliveries are logged. */
export const createAttempts = (schema: string): string => `
  CREATE SCHEMA IF NOT EXISTS ${schema};
  CREATE TABLE IF NOT EXISTS ${schema}.delivery_attempts (
    delivery_id uuid NOT NULL, attempt integer NOT NULL, attempted_at timestamptz NOT NULL, status_code integer, duration_ms integer NOT NULL,
    error text, response_excerpt text, PRIMARY KEY (delivery_id, attempt)
  )`;

/** Jobs at once under a backlog, for a queue that hands out single ones: what a {@link Deliverer} posts, and those that wait for the log or the queue. */
export const jobsAtOnce = 4 * concurrency;

/** Delivers webhooks for a job queue: signs, posts, and logs the attempt in PostgreSQL before the job counts as done. */
export class Deliverer {
  readonly #receiver: Pool;
  readonly #path: string;
  #waiting: { readonly attempts: readonly Attempt[]; readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = [];
  #writing = 0;

  constructor(
    private readonly database: pg.Pool,
    private readonly options: { readonly schema: string; readonly receiverUrl: string },
  ) {
    const { origin, pathname } = new URL(options.receiverUrl);
    this.#receiver = new Pool(origin, { connections: concurrency });
    this.#path = pathname;
  }

  async deliver(webhooks: readonly Webhook[]): Promise<void> {
    const attempts = await Promise.all(webhooks.map((webhook) => this.#post(webhook)));
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ attempts, resolve, reject });
      this.#write();
    });
  }

  async #post(webhook: Webhook): Promise<Attempt> {
    const attemptedAt = new Date();
    const answer = await this.#receiver.request({ path: this.#path, method: 'POST', headers: signedHeaders(webhook), body: webhook.body });
    await answer.body.dump();
    if (answer.statusCode !== 204) throw new Error(`the receiver answered ${answer.statusCode}`);
    return { id: webhook.id, attemptedAt, statusCode: answer.statusCode, durationMs: Date.now() - attemptedAt.getTime() };
  }

  // Attempts that end while others are written go out together, for the queue that hands out single jobs as well: as good as it can be done.
  #write(): void {
    if (this.#writing >= 2 || this.#waiting.length === 0) return;
    this.#writing += 1;
    const group = this.#waiting;
    this.#waiting = [];
    const attempts = group.flatMap((waiting) => waiting.attempts);
    void this.database
      .query({
        name: 'attempts',
        text: `INSERT INTO ${this.options.schema}.delivery_attempts (delivery_id, attempt, attempted_at, status_code, duration_ms)
          SELECT id, 1, at, status, ms FROM unnest($1::uuid[], $2::timestamptz[], $3::int[], $4::int[]) AS t(id, at, status, ms)`,
        values: [
          attempts.map(({ id }) => id),
          attempts.map(({ attemptedAt }) => attemptedAt),
          attempts.map(({ statusCode }) => statusCode),
          attempts.map(({ durationMs }) => durationMs),
        ],
      })
      .then(
        () => group.forEach(({ resolve }) => resolve()),
        (error: unknown) => group.forEach(({ reject }) => reject(error)),
      )
      .finally(() => {
        this.#writing -= 1;
        this.#write();
      });
  }
}
