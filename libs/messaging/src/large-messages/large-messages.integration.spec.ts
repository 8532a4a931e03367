import { randomBytes } from 'node:crypto';
import { createInbox, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { startNats, type PrivateNats } from '@patchbay/testing';
import { pino } from 'pino';
import { connectNats, ConnectionState } from '../nats.js';
import { LargeMessages } from './large-messages.js';
import { announce } from './part-header.js';
import type { LargeMessage } from './part-receivers.js';

const log = pino({ level: 'silent' });
const mib = 1_024 * 1_024;

interface Side {
  readonly connection: NatsConnection;
  readonly state: ConnectionState;
  readonly large: LargeMessages;
}

async function until(condition: () => boolean, what: string, ms = 15_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`it never happened: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('messages in parts', () => {
  let nats: PrivateNats;
  let sides: Side[] = [];

  beforeAll(async () => {
    nats = await startNats();
  });
  afterAll(() => nats.stop());
  afterEach(async () => {
    await Promise.all(sides.map(async ({ connection, large }) => Promise.all([large.close(), connection.close()])));
    sides = [];
  });

  const side = async (): Promise<Side> => {
    const connection = await connectNats({ servers: nats.url, name: 'spec', log });
    const state = new ConnectionState(connection);
    const made = { connection, state, large: new LargeMessages(connection, state) };
    sides.push(made);
    return made;
  };

  /** Takes what comes to a subject, together with others of its group. */
  const taking = async (subject: string): Promise<Side & { readonly taken: Promise<LargeMessage>[] }> => {
    const receiver = await side();
    const taken: Promise<LargeMessage>[] = [];
    const take = (message: Msg): void => {
      const parts = receiver.large.receive(message);
      if (parts === undefined) return;
      // Looked at later.
      parts.catch(() => undefined);
      taken.push(parts);
    };
    receiver.connection.subscribe(subject, { queue: 'group', callback: (_error, message) => take(message) });
    await receiver.connection.flush();
    return { ...receiver, taken };
  };
  const soon = (): number => Date.now() + 20_000;

  it('arrive as they were sent, all parts with one of those that share the work', async () => {
    const [first, second, sender] = [await taking('in.group'), await taking('in.group'), await side()];
    const sent = [mib + 1, 256 * 1_024, 5 * mib, 26 * mib + 7].map((size) => randomBytes(size));

    for (const payload of sent) sender.large.send({ subject: 'in.group', payload, deadlineMs: soon() });
    await until(() => first.taken.length + second.taken.length === sent.length, 'all were begun');
    const received = await Promise.all(
      [...first.taken, ...second.taken].map(async (parts) => {
        const { bytes, release } = await parts;
        release();
        return bytes;
      }),
    );

    expect(received.map(({ length }) => length).toSorted()).toEqual(sent.map(({ length }) => length).toSorted());
    expect(sent.every((payload) => received.some((bytes) => payload.equals(bytes)))).toBe(true);
    expect([first.large.heldBytes, second.large.heldBytes]).toEqual([0, 0]);
  }, 30_000);

  it('wait for room instead of filling the memory, and come one after the other', async () => {
    const [receiver, sender] = [await taking('in.room'), await side()];
    const payload = randomBytes(20 * mib);
    for (let count = 0; count < 8; count += 1) sender.large.send({ subject: 'in.room', payload, deadlineMs: soon() });
    await until(() => receiver.taken.length === 8, 'all were begun');

    const held: number[] = [];
    for (const parts of receiver.taken) {
      const { bytes, release } = await parts;
      held.push(receiver.large.heldBytes);
      expect(payload.equals(bytes)).toBe(true);
      release();
    }

    expect(Math.max(...held)).toBeLessThanOrEqual(48 * mib);
    expect(receiver.large.heldBytes).toBe(0);
  }, 30_000);

  it('are lost, and said to be, when the receiver goes before it has the last part', async () => {
    const [receiver, sender] = [await side(), await side()];
    receiver.connection.subscribe('in.leaving', {
      callback: (_error, message) => {
        void receiver.large.receive(message)?.catch(() => undefined);
        setImmediate(() => void receiver.connection.close());
      },
    });
    await receiver.connection.flush();
    let isLost = false;

    sender.large.send({ subject: 'in.leaving', payload: randomBytes(26 * mib), deadlineMs: soon(), onLost: () => (isLost = true) });

    await until(() => isLost, 'the sender was told', 5_000);
    expect(isLost).toBe(true);
  });

  it('of a sender that has gone are dropped at once', async () => {
    const [receiver, sender] = [await taking('in.gone'), await side()];
    const first = announce({ bytes: 10 * mib, partBytes: 1_000, askAt: `${createInbox()}.nobody` });

    sender.connection.publish('in.gone', new Uint8Array(1_000), { headers: first });
    await until(() => receiver.taken.length === 1, 'it was begun');

    await expect(receiver.taken[0]).rejects.toMatchObject({ code: 'service_unavailable' });
    expect(receiver.large.heldBytes).toBe(0);
  }, 3_000);

  it('of a sender that is silent are dropped after some seconds', async () => {
    const [receiver, sender] = [await taking('in.silent'), await side()];
    const askAt = createInbox();
    sender.connection.subscribe(askAt, { callback: () => undefined });

    sender.connection.publish('in.silent', new Uint8Array(1_000), { headers: announce({ bytes: 10 * mib, partBytes: 1_000, askAt }) });
    await until(() => receiver.taken.length === 1, 'it was begun');

    await expect(receiver.taken[0]).rejects.toMatchObject({ code: 'service_unavailable' });
    expect(receiver.large.heldBytes).toBe(0);
  }, 10_000);

  it('whose sender gives up are dropped at once', async () => {
    const [receiver, sender] = [await taking('in.ended'), await side()];
    // Nothing is read of the second before the first is done with.
    const blocking = sender.large.send({ subject: 'in.ended', payload: randomBytes(40 * mib), deadlineMs: soon() });
    const waiting = sender.large.send({ subject: 'in.ended', payload: randomBytes(40 * mib), deadlineMs: soon() });
    await until(() => receiver.taken.length === 2, 'both were begun');
    const first = await receiver.taken[0];
    blocking.end();
    waiting.end();
    await sender.connection.flush();
    await receiver.connection.flush();

    first?.release();

    await expect(receiver.taken[1]).rejects.toMatchObject({ code: 'service_unavailable' });
    expect(receiver.large.heldBytes).toBe(0);
  }, 20_000);

  it.each([
    ['are not those that were asked for', 7],
    ['have another size', 1],
  ])('that %s end the whole', async (_what, index) => {
    const [receiver, sender] = [await taking('in.wrong'), await side()];
    const askAt = createInbox();
    sender.connection.subscribe(askAt, {
      callback: (_error, { reply }) => sender.connection.publish(`${reply}.${index}`, new Uint8Array(index === 1 ? 10 : 1_000)),
    });

    sender.connection.publish('in.wrong', new Uint8Array(1_000), { headers: announce({ bytes: 10_000, partBytes: 1_000, askAt }) });
    await until(() => receiver.taken.length === 1, 'it was begun');

    await expect(receiver.taken[0]).rejects.toMatchObject({ code: 'service_unavailable' });
  });

  it('that would be larger than anything may be are refused before they are made room for', async () => {
    const [receiver, sender] = [await taking('in.huge'), await side()];
    const first = announce({ bytes: 4_000_000_000, partBytes: 1_000, askAt: createInbox() });

    sender.connection.publish('in.huge', new Uint8Array(1_000), { headers: first });
    await until(() => receiver.taken.length === 1, 'it was begun');

    await expect(receiver.taken[0]).rejects.toMatchObject({ code: 'body_too_large' });
    expect(receiver.large.heldBytes).toBe(0);
  });

  it('under way when the broker dies end on both sides, and later ones arrive', async () => {
    const [receiver, sender] = [await taking('in.broken'), await side()];
    let isLost = false;
    sender.large.send({ subject: 'in.broken', payload: randomBytes(30 * mib), deadlineMs: soon(), onLost: () => (isLost = true) });
    await until(() => receiver.large.heldBytes > 0, 'it is under way');

    nats.kill();
    await until(() => isLost, 'the sender was told', 5_000);
    await expect(receiver.taken[0]).rejects.toMatchObject({ code: 'service_unavailable' });
    await nats.ready();
    await until(() => receiver.state.isUp && sender.state.isUp, 'both are connected again');
    await Promise.all([receiver.connection.flush(), sender.connection.flush()]);

    sender.large.send({ subject: 'in.broken', payload: Buffer.alloc(2 * mib, 'x'), deadlineMs: soon() });
    await until(() => receiver.taken.length === 2, 'the next was begun');
    const whole = await receiver.taken[1];
    expect(whole?.bytes.length).toBe(2 * mib);
    whole?.release();
    expect(receiver.large.heldBytes).toBe(0);
  }, 30_000);
});
