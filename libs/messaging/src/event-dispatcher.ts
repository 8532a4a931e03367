import type { JsMsg } from '@nats-io/jetstream';
import { isDatabaseOutage, type Database, type Transaction } from '@patchbay/database';
import { inSpan, inTrace } from '@patchbay/tracing';
import type { Logger } from 'pino';
import { Counter } from 'prom-client';
import type { Verdict } from './event-consumer.js';
import type { DeadLetters, FailedEvent } from './dead-letters.js';
import type { ReceivedEvent } from './on-event.js';
import { PoisonError, readEvent, type RawEvent } from './read-event.js';

/** A handler, freed of what Nest puts around it. */
export type Handler = (events: readonly ReceivedEvent[], tx: Transaction) => Promise<void>;

/** Tries before an event that fails by itself becomes a dead letter. */
const attemptsMax = 5;
/** Forgetting all of them only means a few tries more. */
const failuresKeptMax = 10_000;

const eventsHandled = new Counter({ name: 'patchbay_events_total', help: 'Events taken from the bus.', labelNames: ['consumer', 'outcome'] });

const recordReceived = `INSERT INTO inbox (consumer, event_id) SELECT $1, unnest($2::uuid[]) ON CONFLICT DO NOTHING RETURNING event_id`;

/**
 * Gives events to their handler: each once, inside the transaction that records it as received. What cannot be read or keeps failing goes to
 * the dead letters, so that one message never stops a queue; when the database is at fault, messages wait for it.
 */
export class EventDispatcher {
  /** Failures that were the event's own, by its place in the stream. The broker's count will not do: it also counts waiting for a database. */
  readonly #failures = new Map<number, number>();

  constructor(private readonly parts: { consumer: string; database: Database; deadLetters: DeadLetters; handler: Handler; log: Logger }) {}

  async handle(messages: readonly JsMsg[]): Promise<readonly Verdict[]> {
    const batch = await Promise.all(messages.map((message) => this.#read(message)));
    const readable = batch.filter((entry): entry is Readable => 'event' in entry);
    if (readable.length > 1 && (await this.#applyTogether(readable))) return batch.map((entry) => ('event' in entry ? 'done' : entry.verdict));
    // One after another: each takes a database connection, and a handler may need a second one.
    const verdicts: Verdict[] = [];
    for (const entry of batch) verdicts.push('event' in entry ? await this.#applyOne(entry) : entry.verdict);
    return verdicts;
  }

  /** Hands a dead letter to the handler once more. @throws what the handler throws. */
  async replay(failed: FailedEvent): Promise<void> {
    const header = (name: string): string | undefined => (name === 'traceparent' ? failed.traceparent : failed.eventId);
    const event = readEvent({ subject: failed.subject, payload: failed.payload, position: failed.payload, storedAt: new Date(), header });
    await this.#apply([event]);
  }

  async #read(message: JsMsg): Promise<Readable | { readonly verdict: Verdict }> {
    try {
      return { message, event: readEvent(rawEventOf(message)) };
    } catch (error) {
      return { verdict: await this.#bury(message, error) };
    }
  }

  async #applyTogether(batch: readonly Readable[]): Promise<boolean> {
    try {
      await this.#apply(batch.map((entry) => entry.event));
      return true;
    } catch {
      // One of them is at fault, or the database is: each is judged by itself.
      return false;
    }
  }

  async #applyOne({ message, event }: Readable): Promise<Verdict> {
    try {
      await this.#apply([event]);
      this.#failures.delete(message.info.streamSequence);
      return 'done';
    } catch (error) {
      if (isDatabaseOutage(error)) return 'later';
      if (this.#countFailure(message) < attemptsMax) {
        this.parts.log.warn({ err: error, consumer: this.parts.consumer, event_id: event.id }, 'an event failed and will be tried again');
        eventsHandled.inc({ consumer: this.parts.consumer, outcome: 'retried' });
        return 'again';
      }
      return this.#bury(message, error, event.id);
    }
  }

  async #apply(events: readonly ReceivedEvent[]): Promise<void> {
    const { consumer, database, handler } = this.parts;
    const run = async (): Promise<void> => {
      await database.transaction(async (tx) => {
        const fresh = await tx.query<{ event_id: string }>(recordReceived, [consumer, events.map((event) => event.id)]);
        const ids = new Set(fresh.map((row) => row.event_id));
        const unseen = events.filter((event) => ids.delete(event.id));
        if (unseen.length > 0) await handler(unseen, tx);
      });
      eventsHandled.inc({ consumer, outcome: 'done' }, events.length);
    };
    const [only] = events;
    if (events.length > 1 || only === undefined) return run();
    return inTrace(only.traceparent, () => inSpan(`event ${only.type}`, { consumer }, run));
  }

  #countFailure(message: JsMsg): number {
    const count = (this.#failures.get(message.info.streamSequence) ?? 0) + 1;
    if (this.#failures.size >= failuresKeptMax) this.#failures.clear();
    this.#failures.set(message.info.streamSequence, count);
    return count;
  }

  async #bury(message: JsMsg, error: unknown, eventId?: string): Promise<Verdict> {
    const reason = error instanceof Error ? error.message : 'unknown failure';
    const raw = rawEventOf(message);
    const failed: FailedEvent = {
      consumer: this.parts.consumer,
      subject: message.subject,
      messageKey: eventId ?? raw.position,
      eventId: eventId ?? raw.header('Nats-Msg-Id'),
      payload: raw.payload,
      traceparent: raw.header('traceparent'),
      error: reason,
      attempts: this.#failures.get(message.info.streamSequence) ?? 1,
    };
    try {
      await this.parts.deadLetters.keep(failed);
    } catch (cause) {
      this.parts.log.warn({ err: cause, consumer: this.parts.consumer }, 'a dead letter could not be stored yet');
      return 'later';
    }
    this.#failures.delete(message.info.streamSequence);
    eventsHandled.inc({ consumer: this.parts.consumer, outcome: error instanceof PoisonError ? 'poison' : 'dead' });
    this.parts.log.error(
      { consumer: this.parts.consumer, subject: message.subject, event_id: failed.eventId, reason },
      'an event went to the dead letters',
    );
    return 'done';
  }
}

interface Readable {
  readonly message: JsMsg;
  readonly event: ReceivedEvent;
}

const rawEventOf = (message: JsMsg): RawEvent => ({
  subject: message.subject,
  payload: message.string(),
  position: `${message.info.stream}/${message.info.streamSequence}/${message.info.timestampNanos}`,
  storedAt: new Date(Math.floor(message.info.timestampNanos / 1_000_000)),
  header: (name) => message.headers?.get(name) || undefined,
});
