import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream, type JetStreamClient } from '@nats-io/jetstream';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import { traceHeader } from '@patchbay/contracts';
import { WorkLoop, type Database, type OutboxRow } from '@patchbay/database';
import type { Logger } from 'pino';
import { ConnectionState } from './nats.js';
import { ensureStream } from './streams.js';

const batchSize = 500;
/** How long a row can wait when nobody woke the relay: the writer died right after its commit. Milliseconds. */
const pollMs = 500;
/** How often the relay looks whether the stream is still the one it published to. Milliseconds. */
const streamCheckMs = 1_000;
const publishTimeoutMs = 5_000;
/** The pause after a batch that was not full. Milliseconds. */
const lingerMs = 5;

const claim = `
  SELECT id, subject, payload, traceparent FROM outbox WHERE published_at IS NULL
  ORDER BY created_at LIMIT ${batchSize} FOR UPDATE SKIP LOCKED`;
/** Its commit does not wait for the disk: a mark that PostgreSQL loses when it dies only lets the event be published twice. */
const markPublished = `
  UPDATE outbox SET published_at = now(), stream_created_at = $2 FROM (SELECT set_config('synchronous_commit', 'off', true)) AS lazily
  WHERE id = ANY($1::uuid[])`;
const publishAgain = {
  name: 'outbox-publish-again',
  text: `UPDATE outbox SET published_at = NULL WHERE published_at IS NOT NULL AND stream_created_at <> $1`,
};
/** JetStream writes to disk every two minutes: what it acknowledged since may be gone when its machine lost power. */
const publishLatestAgain = {
  name: 'outbox-publish-latest-again',
  text: `UPDATE outbox SET published_at = NULL WHERE published_at > now() - interval '3 minutes'`,
};

/**
 * Publishes what transactions announced. Any number of replicas may run it: rows are claimed by their state, never by a position in a
 * sequence, because a row with a smaller number can commit later.
 */
export class OutboxRelay {
  readonly #jetstream: JetStreamClient;
  readonly #state: ConnectionState;
  readonly #loop: WorkLoop;
  #streamCreatedAt: string | undefined;
  #checkedAt = 0;
  #acknowledgedSequence = 0;

  constructor(
    private readonly database: Database,
    private readonly connection: NatsConnection,
    private readonly options: { readonly log: Logger; readonly streamReplicas?: number | undefined },
  ) {
    this.#jetstream = jetstream(connection, { timeout: publishTimeoutMs });
    this.#loop = new WorkLoop({ name: 'outbox', log: options.log, step: () => this.#step(), pollMs });
    this.#state = new ConnectionState(connection);
    this.#state.onReconnect(() => {
      this.#checkedAt = 0;
      this.#loop.wake();
    });
  }

  start(): void {
    this.database.onAnnounced(() => this.#loop.wake());
    this.database.onUnstored((rows) => void Promise.allSettled(rows.map((row) => this.#publish(row))));
    this.#loop.start();
  }

  /** Finishes the batch at hand. What is left is published by another replica, or at the next start. */
  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #step(): Promise<number> {
    if (!this.#state.isUp) return 0;
    await this.#followStream();
    const published = await this.#publishBatch();
    // Under load the next batch gathers for a moment: one claim for many events instead of one for each.
    if (published > 0 && published < batchSize) await sleep(lingerMs);
    return published;
  }

  /** Notices a broker that lost its data, or the end of it, and sends again whatever may be gone. Repeats are harmless: inboxes know them. */
  async #followStream(): Promise<void> {
    if (Date.now() - this.#checkedAt < streamCheckMs) return;
    const { createdAt, lastSequence } = await ensureStream(this.connection, this.options.streamReplicas);
    if (createdAt !== this.#streamCreatedAt) {
      await this.database.execute(publishAgain, [createdAt]);
      if (this.#streamCreatedAt !== undefined) this.options.log.warn('the event stream is a new one; events of the old one are published again');
      // At the first look nobody knows what happened while this process was away.
      else await this.database.execute(publishLatestAgain);
      this.#streamCreatedAt = createdAt;
    } else if (lastSequence < this.#acknowledgedSequence) {
      await this.database.execute(publishLatestAgain);
      this.options.log.warn('the event stream has lost its end; the latest events are published again');
    }
    this.#acknowledgedSequence = lastSequence;
    this.#checkedAt = Date.now();
  }

  /** The rows stay locked until the broker has acknowledged them: a crash in between only publishes them twice. */
  async #publishBatch(): Promise<number> {
    return this.database.dataSource.transaction(async (manager) => {
      const rows: OutboxRow[] = await manager.query(claim);
      if (rows.length === 0) return 0;
      const outcomes = await Promise.allSettled(rows.map((row) => this.#publish(row)));
      const published = rows.filter((_row, index) => outcomes[index]?.status === 'fulfilled').map((row) => row.id);
      if (published.length > 0) await manager.query(markPublished, [published, this.#streamCreatedAt]);
      if (published.length < rows.length) this.#checkedAt = 0;
      if (published.length === 0) throw firstFailure(outcomes);
      return rows.length;
    });
  }

  async #publish(row: OutboxRow): Promise<void> {
    const carried = headers();
    if (row.traceparent) carried.set(traceHeader, row.traceparent);
    const { seq } = await this.#jetstream.publish(row.subject, row.payload, { msgID: row.id, headers: carried });
    this.#acknowledgedSequence = Math.max(this.#acknowledgedSequence, seq);
  }
}

const firstFailure = (outcomes: readonly PromiseSettledResult<void>[]): Error => {
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  return failed?.reason instanceof Error ? failed.reason : new Error('the broker took no event');
};
