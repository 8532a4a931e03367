import { AppError, type ConsumingService, type DeadLetter } from '@patchbay/contracts';
import { toPage, type Database } from '@patchbay/database';
import { v7 as uuidv7 } from 'uuid';

/** A message that could not be handled. */
export interface FailedEvent {
  readonly consumer: string;
  /** Names the message when it comes again. */
  readonly messageKey: string;
  readonly subject: string;
  readonly eventId: string | undefined;
  readonly payload: string;
  readonly traceparent: string | undefined;
  readonly error: string;
  readonly attempts: number;
}

interface Row {
  readonly id: string;
  readonly consumer: string;
  readonly message_key: string;
  readonly subject: string;
  readonly event_id: string | null;
  readonly payload: string;
  readonly traceparent: string | null;
  readonly error: string;
  readonly attempts: number;
  readonly created_at: Date;
  readonly replayed_at: Date | null;
}

const statements = {
  insert: {
    name: 'dead-letter-insert',
    text: `
      INSERT INTO dead_letters (id, consumer, subject, event_id, payload, traceparent, error, attempts, message_key)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (consumer, message_key) DO NOTHING`,
  },
  list: {
    name: 'dead-letter-list',
    text: `SELECT * FROM dead_letters WHERE $2::uuid IS NULL OR id < $2 ORDER BY id DESC LIMIT $1`,
  },
  find: { name: 'dead-letter-find', text: `SELECT * FROM dead_letters WHERE id = $1` },
  replayed: { name: 'dead-letter-replayed', text: `UPDATE dead_letters SET replayed_at = now() WHERE id = $1 RETURNING *` },
  failed: { name: 'dead-letter-failed', text: `UPDATE dead_letters SET error = $2, attempts = attempts + 1 WHERE id = $1 RETURNING *` },
};

/** The events a service could not handle: kept with the reason until someone replays them. */
export class DeadLetters {
  constructor(
    private readonly database: Database,
    private readonly service: ConsumingService,
  ) {}

  async keep(event: FailedEvent): Promise<void> {
    const { consumer, subject, eventId, payload, traceparent, error, attempts, messageKey } = event;
    const values = [uuidv7(), consumer, subject, eventId ?? null, payload, traceparent ?? null, error, attempts, messageKey];
    // A NUL cannot be stored in a text column, and what could not be read is likely to hold one.
    const storable = values.map((value) => (typeof value === 'string' ? value.replaceAll('\u0000', '\uFFFD') : value));
    await this.database.execute(statements.insert, storable);
  }

  async list(page: { limit: number; cursor?: string | undefined }): Promise<{ items: DeadLetter[]; next_cursor: string | null }> {
    const rows = await this.database.read<Row>(statements.list, [page.limit + 1, page.cursor ?? null]);
    return toPage(rows, page.limit, (row) => this.#toDeadLetter(row));
  }

  /**
   * Hands a dead letter to `handle` once more and records how it went.
   *
   * @throws AppError `dead_letter_not_found`.
   */
  async replay(id: string, handle: (event: FailedEvent) => Promise<void>): Promise<DeadLetter> {
    const [row] = await this.database.read<Row>(statements.find, [id]);
    if (row === undefined) throw new AppError('dead_letter_not_found');
    const failure = await handle({
      ...row,
      messageKey: row.message_key,
      eventId: row.event_id ?? undefined,
      traceparent: row.traceparent ?? undefined,
    }).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : 'unknown failure'),
    );
    const [after] =
      failure === undefined
        ? await this.database.execute<Row>(statements.replayed, [id])
        : await this.database.execute<Row>(statements.failed, [id, failure]);
    return this.#toDeadLetter(after ?? row);
  }

  #toDeadLetter(row: Row): DeadLetter {
    return {
      id: row.id,
      service: this.service,
      subject: row.subject,
      event_id: row.event_id,
      error: row.error,
      payload: row.payload,
      attempts: row.attempts,
      created_at: row.created_at.toISOString(),
      replayed_at: row.replayed_at?.toISOString() ?? null,
    };
  }
}
