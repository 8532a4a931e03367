import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { startNats, type PrivateNats } from '@patchbay/testing';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readEvent } from './read-event.js';
import { ensureStream, eventStream } from './streams.js';

const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');
const example = /```js\n(.*?)```/s.exec(readme)?.[1] ?? '';
const organizer = '0198f2a4-0000-7000-8000-000000000001';

/** Runs the text as a module of its own, with nothing but what it imports. */
const run = (code: string, natsUrl: string): Promise<{ stdout: string }> =>
  promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: import.meta.dirname,
    env: { PATH: process.env['PATH'], NATS_URL: natsUrl, ORGANIZER_ID: organizer },
  });

describe('the example of the README for products that publish straight to NATS', () => {
  let nats: PrivateNats;
  let connection: NatsConnection;

  beforeAll(async () => {
    nats = await startNats();
    connection = await connect({ servers: nats.url });
    await ensureStream(connection);
  });
  afterAll(async () => {
    await connection?.close();
    await nats?.stop();
  });

  it('has some twenty lines and imports nothing of ours', () => {
    const imported = [...example.matchAll(/from '(.*?)'/g)].map(([, name]) => name);

    expect(imported).toEqual(['@nats-io/jetstream', '@nats-io/transport-node']);
    expect(example.trim().split('\n').length).toBeLessThanOrEqual(24);
  });

  it('publishes a booking that every consumer can read', async () => {
    const { stdout } = await run(example, nats.url);
    const manager = await jetstreamManager(connection);
    const message = await manager.streams.getMessage(eventStream.name, { last_by_subj: 'event.booking_created.v1' });
    if (message === null) throw new Error('nothing was published');
    const event = readEvent({
      subject: message.subject,
      payload: message.string(),
      header: (name) => message.header.get(name) || undefined,
      position: '1',
      storedAt: message.time,
    });

    expect(stdout).toContain(`of ${eventStream.name}`);
    expect(event).toMatchObject({ type: 'booking_created', version: 1, data: { booking_id: 'bk_1042', organizer: { user_id: organizer } } });
    expect(message.header.get('Nats-Msg-Id')).toBe(event.id);
  });

  it('gives every consumer the same trace for an event that came without one', () => {
    const raw = {
      subject: 'event.booking_cancelled.v1',
      payload: JSON.stringify({
        id: '0198f2a4-0000-7000-8000-00000000beef',
        type: 'booking_cancelled',
        data: { booking_id: 'b', organizer: { user_id: organizer } },
      }),
      header: () => undefined,
      position: '1',
      storedAt: new Date(),
    };

    expect(readEvent(raw).traceparent).toBe(readEvent(raw).traceparent);
    expect(readEvent(raw).traceparent).toContain('00-0198f2a400007000800000000000beef-');
  });
});
