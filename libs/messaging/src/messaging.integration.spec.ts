import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, nanos, type NatsConnection } from '@nats-io/transport-node';
import {
  activityRecorded,
  AppError,
  bookingCreated,
  getWebhookEndpoint,
  integrationConnected,
  listConnections,
  receiveProviderWebhook,
  subjectOf,
  type EventOf,
  type InputOf,
  type OutputOf,
} from '@patchbay/contracts';
import { Database } from '@patchbay/database';
import { createDatabase, startNats, type PrivateNats, type TestDatabase } from '@patchbay/testing';
import { currentTraceId, inTrace, newTraceparent, traceIdOf } from '@patchbay/tracing';
import { pino } from 'pino';
import { durableNameOf, EventConsumer } from './event-consumer.js';
import { MessagingServer } from './messaging-server.js';
import { connectNats } from './nats.js';
import { OnEvent } from './on-event.js';
import { OnRequest } from './on-request.js';
import { OutboxRelay } from './outbox-relay.js';
import { PassOnFailures } from './pass-on-failures.filter.js';
import { RequestClient } from './request-client.js';
import type { RequestContext } from './request-context.js';
import { eventStream } from './streams.js';

const log = pino({ level: 'silent' });
const user_id = '0198f2a4-0000-7000-8000-000000000001';
const connected = {
  user_id,
  connection_id: '0198f2a4-0000-7000-8000-0000000000c1',
  provider: 'google',
  type: 'calendar' as const,
  provider_account_id: '1',
  provider_email: null,
};

/** A request as large as its body. */
const withBody = (body_base64: string): InputOf<typeof receiveProviderWebhook> => ({
  provider: 'zoom',
  method: 'POST',
  path: '',
  query: {},
  headers: {},
  body_base64,
});

/** What the handlers saw, and how they are told to behave. */
const seen: { events: EventOf<typeof integrationConnected>[]; traces: (string | undefined)[]; failures: number } = {
  events: [],
  traces: [],
  failures: 0,
};

@Controller()
class Handlers {
  @OnRequest(listConnections)
  async list({ limit }: InputOf<typeof listConnections>, context: RequestContext): Promise<OutputOf<typeof listConnections>> {
    if (limit > 190) return { items: [], next_cursor: 'ö'.repeat((limit - 190) * 4_000_000) };
    return { items: [], next_cursor: `${context.caller?.role ?? 'nobody'} ${currentTraceId() ?? 'no trace'}` };
  }

  @OnRequest(receiveProviderWebhook)
  async receive({ body_base64 }: InputOf<typeof receiveProviderWebhook>): Promise<OutputOf<typeof receiveProviderWebhook>> {
    return { status: 200, headers: { bytes: String(Buffer.byteLength(body_base64)) }, body: '' };
  }

  @OnRequest(getWebhookEndpoint)
  async get(): Promise<never> {
    throw new AppError('webhook_not_found', { id: 'unknown' });
  }

  @OnEvent(integrationConnected)
  async onConnected(event: EventOf<typeof integrationConnected>): Promise<void> {
    if (seen.failures > 0) {
      seen.failures -= 1;
      throw new Error('the handler is told to fail');
    }
    seen.events.push(event);
    seen.traces.push(currentTraceId());
  }
}

@Module({ controllers: [Handlers] })
class TestModule {}

async function until(condition: () => boolean | Promise<boolean>, what: string, ms = 20_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`it never happened: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('messaging over a real broker and a real database', () => {
  let nats: PrivateNats;
  let testDatabase: TestDatabase;
  let database: Database;
  let connection: NatsConnection;
  let relay: OutboxRelay;
  let server: MessagingServer;
  let requests: RequestClient;
  let stop: () => Promise<void>;
  let outside: NatsConnection;

  beforeAll(async () => {
    [nats, testDatabase] = await Promise.all([startNats(), createDatabase()]);
    database = await Database.open({ url: testDatabase.url, schema: 'calendar', entities: [], migrations: [], log });
    connection = await connectNats({ servers: nats.url, name: 'spec', log });
    server = new MessagingServer({ service: 'calendar', connection, database, log });
    relay = new OutboxRelay(database, connection, { log });
    requests = new RequestClient(connection);
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(TestModule, { strategy: server, logger: false });
    app.useGlobalFilters(new PassOnFailures());
    await app.listen();
    relay.start();
    outside = await connect({ servers: nats.url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
    await until(() => server.isReady, 'the server is ready');
    stop = async () => {
      await app.close();
      await relay.stop();
      requests.close();
      await Promise.all([connection.close(), outside.close()]);
      await database.close();
      await Promise.all([nats.stop(), testDatabase.drop()]);
    };
  }, 60_000);

  afterAll(() => stop(), 30_000);

  beforeEach(() => Object.assign(seen, { events: [], traces: [], failures: 0 }));

  const announce = (): Promise<void> => database.transaction(async (tx) => tx.outbox.add(integrationConnected, connected));
  const deadLetters = async () => (await server.listDeadLetters({ limit: 50 })).items;

  describe('requests', () => {
    it('carry who asks and the trace, and bring the answer back', async () => {
      const traceparent = newTraceparent();
      const input = { limit: 50 };

      const answer = await inTrace(traceparent, () =>
        requests.send(listConnections, input, { caller: { tenant_id: 'default', user_id, role: 'user' } }),
      );

      expect(answer.next_cursor).toBe(`user ${traceIdOf(traceparent)}`);
    });

    it('bring a failure back with its code and details', async () => {
      const asked = requests.send(getWebhookEndpoint, { id: user_id });

      await expect(asked).rejects.toMatchObject({ code: 'webhook_not_found', details: { id: 'unknown' } });
    });

    it('are refused before the handler when the input does not fit', async () => {
      const asked = requests.send(getWebhookEndpoint, { id: 'no uuid' });

      await expect(asked).rejects.toMatchObject({ code: 'request_invalid', details: { id: expect.any(String) } });
    });

    it('and answers larger than a message may be travel in parts', async () => {
      const [answered, received, small] = await Promise.all([
        requests.send(listConnections, { limit: 191 }),
        requests.send(receiveProviderWebhook, withBody('ö'.repeat(10_000_000))),
        requests.send(listConnections, { limit: 1 }),
      ]);

      expect([answered.next_cursor?.length, received.headers['bytes']]).toEqual([4_000_000, '20000000']);
      expect(small.next_cursor).toMatch(/^nobody /);
      expect(answered.next_cursor).toMatch(/^ö+$/);
    }, 20_000);

    it('that are small are one message each way', async () => {
      const seenSubjects: string[] = [];
      const tap = outside.subscribe('>', { callback: (_error, message) => void seenSubjects.push(message.subject) });
      await outside.flush();

      await requests.send(receiveProviderWebhook, withBody('x'.repeat(1_000_000)));
      await outside.flush();
      tap.unsubscribe();

      expect(seenSubjects.filter((subject) => subject.startsWith('request.') || subject.startsWith('_INBOX.'))).toHaveLength(2);
    });

    it('whose answer nobody could take get a failure, and the server lives on', async () => {
      const [tooLarge, other] = await Promise.allSettled([
        requests.send(listConnections, { limit: 199 }),
        requests.send(listConnections, { limit: 1 }),
      ]);

      expect(tooLarge).toMatchObject({ status: 'rejected', reason: { code: 'answer_too_large' } });
      expect(other.status).toBe('fulfilled');
    });

    it('that nobody could take are refused as such', async () => {
      const asked = requests.send(receiveProviderWebhook, withBody('x'.repeat(70_000_000)));

      await expect(asked).rejects.toMatchObject({ code: 'body_too_large', details: { limit_bytes: 67_108_864 } });
    });

    it('in parts that nobody is there for say so instead of hanging', async () => {
      const nobody = { ...receiveProviderWebhook, name: 'nobody.receive-provider-webhook' };

      await expect(requests.send(nobody, withBody('x'.repeat(2_000_000)))).rejects.toMatchObject({ code: 'service_unavailable' });
    });

    it('in parts that are under way when the broker dies fail at once, and later ones are answered', async () => {
      const asked = requests.send(receiveProviderWebhook, withBody('x'.repeat(60_000_000)));
      const failed = expect(asked).rejects.toMatchObject({ code: 'service_unavailable' });
      await new Promise((resolve) => setImmediate(resolve));
      const began = performance.now();
      nats.kill();
      await failed;
      const failedAfterMs = performance.now() - began;
      const later = requests.send(receiveProviderWebhook, withBody('x'.repeat(2_000_000)));
      await nats.ready();

      await expect(later).resolves.toMatchObject({ headers: { bytes: '2000000' } });
      expect(failedAfterMs).toBeLessThan(4_000);
    }, 20_000);

    it('under way when the broker dies fail at once, and later ones are answered as soon as it is back', async () => {
      nats.kill();
      const began = performance.now();
      await expect(requests.send(listConnections, { limit: 1 })).rejects.toMatchObject({ code: 'service_unavailable' });
      const failedAfterMs = performance.now() - began;

      const later = requests.send(listConnections, { limit: 1 });
      await nats.ready();

      await expect(later).resolves.toMatchObject({ items: [] });
      expect(failedAfterMs).toBeLessThan(2_000);
    }, 20_000);

    it('say that nobody is there instead of hanging', async () => {
      const nobody = { ...listConnections, name: 'nobody.list-connections' };

      await expect(requests.send(nobody, { limit: 1 })).rejects.toMatchObject({ code: 'service_unavailable' });
    });

    it('are never answered by the stream: it holds events only', () => {
      expect(eventStream.subjects.filter((subject) => !subject.startsWith('event.'))).toEqual([]);
    });
  });

  describe('events', () => {
    it('reach their handler once the transaction is committed, in the trace that announced them', async () => {
      const traceparent = newTraceparent();

      await inTrace(traceparent, announce);
      await until(() => seen.events.length === 1, 'the event arrived');

      expect(seen.events[0]).toMatchObject({ type: 'integration_connected', data: connected });
      expect(seen.traces).toEqual([traceIdOf(traceparent)]);
    });

    it('are never announced by a transaction that fails', async () => {
      const failing = database.transaction(async (tx) => {
        tx.outbox.add(integrationConnected, connected);
        throw new Error('no');
      });

      await expect(failing).rejects.toThrow('no');
      expect(await database.read({ name: 'spec-unpublished', text: 'SELECT id FROM outbox WHERE published_at IS NULL' })).toEqual([]);
    });

    it('take effect once, however often they arrive', async () => {
      const id = '0198f2a4-0000-7000-8000-00000000aaaa';
      const payload = JSON.stringify({ id, type: 'integration_connected', data: connected });
      for (let time = 0; time < 3; time += 1) await jetstream(outside).publish(subjectOf(integrationConnected), payload);
      await announce();

      await until(() => seen.events.length >= 2, 'both events arrived');

      expect(seen.events.filter((event) => event.id === id)).toHaveLength(1);
    });

    it('are handled when their id is written in capitals, and are the same event as in small letters', async () => {
      const id = '0198F2A4-0000-7000-8000-00000000BBBB';
      const payload = (written: string): string => JSON.stringify({ id: written, type: 'integration_connected', data: connected });

      await jetstream(outside).publish(subjectOf(integrationConnected), payload(id));
      await until(() => seen.events.length === 1, 'the event arrived');
      await jetstream(outside).publish(subjectOf(integrationConnected), payload(id.toLowerCase()));
      await announce();
      await until(() => seen.events.length === 2, 'the next event arrived');

      expect(seen.events.filter((event) => event.id === id.toLowerCase())).toHaveLength(1);
    });

    it('come again after a handler failed', async () => {
      seen.failures = 2;

      await announce();
      await until(() => seen.events.length === 1, 'the event arrived at the third try');

      expect(seen.failures).toBe(0);
    });

    it.each([
      ['is not JSON', '{', 'not JSON'],
      ['has a foreign shape', JSON.stringify({ type: 'integration_connected', data: { user_id: 'x' } }), 'data.connection_id|connection_id'],
      ['quotes a NUL', JSON.stringify({ type: 'integration_connected', data: connected, 'x\u0000y': 1 }), 'x.y'],
      ['holds half an emoji', JSON.stringify({ type: 'integration_connected', data: { ...connected, provider: '\ud83d' } }), 'data.provider'],
      ['is of an unknown version', JSON.stringify({ type: 'integration_connected', version: 9, data: connected }), 'no event'],
      ['speaks under a foreign subject', JSON.stringify({ type: activityRecorded.type, data: activityRecorded.examples[0] }), 'subject'],
    ])('that %s goes to the dead letters at once, and the queue goes on', async (_what, payload, reason) => {
      const before = (await deadLetters()).length;

      await jetstream(outside).publish(subjectOf(integrationConnected), payload);
      await announce();
      await until(() => seen.events.length === 1, 'the good event arrived');
      await until(async () => (await deadLetters()).length === before + 1, 'the bad one is a dead letter');

      expect((await deadLetters())[0]).toMatchObject({ service: 'calendar', payload, attempts: 1, error: expect.stringMatching(reason) });
    });

    it('is one dead letter, however often its message comes', async () => {
      const before = (await deadLetters()).length;
      const payload = JSON.stringify({ type: 'integration_connected', data: {} });
      await jetstream(outside).publish(subjectOf(integrationConnected), payload);
      await until(async () => (await deadLetters()).length === before + 1, 'it is a dead letter');

      // A consumer that has to be made again starts at the beginning of the stream.
      await (await jetstreamManager(outside)).consumers.delete(eventStream.name, 'calendar__integration_connected_v1');
      await announce();
      await until(() => seen.events.length >= 1, 'the event arrived');

      expect(await deadLetters()).toHaveLength(before + 1);
    }, 30_000);

    it('can be replayed from the dead letters once the handler works again', async () => {
      seen.failures = 99;
      const before = (await deadLetters()).length;
      await announce();
      await until(async () => (await deadLetters()).length === before + 1, 'it is a dead letter', 60_000);
      const [letter] = await deadLetters();
      seen.failures = 0;

      const after = await server.replayDeadLetter(letter?.id ?? '');

      expect(after.replayed_at).not.toBeNull();
      expect(seen.events).toHaveLength(1);
    }, 70_000);
  });

  describe('healing', () => {
    it('takes back what a process took that died, well before work has to flow again', async () => {
      const manager = await jetstreamManager(outside);
      const { config } = await manager.consumers.info(eventStream.name, 'calendar__integration_connected_v1');

      expect(config.ack_wait).toBeLessThanOrEqual(nanos(8_000));
    });

    it('gives a consumer of an older version the settings of this one', async () => {
      const manager = await jetstreamManager(outside);
      const subject = 'event.integration_connected.v1';
      const durable_name = durableNameOf('elder', subject);
      await manager.consumers.add(eventStream.name, {
        durable_name,
        filter_subject: subject,
        ack_policy: AckPolicy.Explicit,
        ack_wait: nanos(30_000),
      });
      const handle = async (messages: readonly unknown[]) => messages.map(() => 'done' as const);
      const consumer = new EventConsumer({ service: 'elder', subject, connection: outside, log, handle, batchSize: 1, lanes: 1 });

      consumer.start();
      await until(() => consumer.isPulling, 'it pulls');
      await consumer.stop();

      expect((await manager.consumers.info(eventStream.name, durable_name)).config.ack_wait).toBeLessThanOrEqual(nanos(8_000));
      await manager.consumers.delete(eventStream.name, durable_name);
    }, 30_000);

    it('makes a deleted consumer again', async () => {
      const manager = await jetstreamManager(outside);
      await manager.consumers.delete(eventStream.name, 'calendar__integration_connected_v1');

      await announce();
      await until(() => seen.events.length >= 1, 'the event arrived');

      expect(seen.events).toHaveLength(1);
    }, 30_000);

    it('makes a deleted stream again and publishes what went to the old one', async () => {
      const manager = await jetstreamManager(outside);
      await manager.streams.delete(eventStream.name);

      await announce();
      await until(() => seen.events.length >= 1, 'the event arrived');

      expect(seen.events).toHaveLength(1);
    }, 30_000);

    it('goes on after the broker was killed', async () => {
      nats.kill();
      await announce();

      await nats.ready();
      await until(() => seen.events.length >= 1, 'the event arrived');

      expect(seen.events).toHaveLength(1);
    }, 30_000);

    it('goes on after the broker lost everything, and loses nothing', async () => {
      await announce();
      await until(() => seen.events.length === 1, 'the first event arrived');
      await nats.wipe();

      await announce();
      await until(() => seen.events.length >= 2, 'the second event arrived');
      await until(async () => {
        const { state } = await (await jetstreamManager(outside)).streams.info(eventStream.name);
        return state.messages >= 2;
      }, 'the old event was published again');

      expect(new Set(seen.events.map((event) => event.id)).size).toBe(seen.events.length);
    }, 30_000);
  });

  it('tells a product what it takes: a booking without an id is known by its place in the stream', async () => {
    const payload = JSON.stringify({ type: 'booking_created', data: bookingCreated.examples[0] });

    const acknowledgement = await jetstream(outside).publish(subjectOf(bookingCreated), payload);

    expect(acknowledgement.stream).toBe(eventStream.name);
  });
});
