import { configureProviders, inProcessRateLimiter, undiciTransport } from '@patchbay/providers';
import { request } from 'undici';
import { startSandbox, type RunningSandbox } from './sandbox.js';

const email = 'olivia.organiser@example.com';
const password = 'sandbox-olivia-password-1';
const authorization = `Basic ${Buffer.from(`${email}:${password}`).toString('base64')}`;
const dentist = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'PRODID:-//A calendar program//EN',
  'BEGIN:VEVENT',
  'UID:dentist',
  'DTSTAMP:20270101T000000Z',
  'DTSTART:20270301T100000Z',
  'DTEND:20270301T103000Z',
  'SUMMARY:Dentist',
  'END:VEVENT',
  'END:VCALENDAR',
  '',
].join('\r\n');

describe("the sandbox's CalDAV server", () => {
  let sandbox: RunningSandbox;
  beforeAll(async () => (sandbox = await startSandbox({ port: 0, host: '127.0.0.1' })));
  afterAll(() => sandbox.stop());

  it('is read as any other, written by any calendar program, and forgets its tokens on demand', async () => {
    const transport = undiciTransport();
    const providers = configureProviders({}, { limiter: inProcessRateLimiter(), transport, userAimedTransport: transport });
    const reading = providers.find('caldav')?.capabilities.calendarReading;
    const token = { value: JSON.stringify({ server_url: `${sandbox.url}/caldav/dav`, username: email, password }), accountId: 'connection-1' };
    const [work] = (await reading?.listCalendars(token)) ?? [];
    const read = async (cursor: string | null) => {
      const changes: unknown[] = [];
      const window = { from: new Date('2027-01-01T00:00:00Z'), to: new Date('2028-01-01T00:00:00Z') };
      let next: string | null = null;
      for await (const page of reading?.read(token, { calendarId: work?.id ?? '', cursor, window, known: async () => new Map() }) ?? []) {
        changes.push(...page.changes);
        next = page.cursor;
      }
      return { changes, cursor: next };
    };
    const empty = await read(null);

    const put = await request(`${work?.id}dentist.ics`, {
      method: 'PUT',
      headers: { authorization, 'content-type': 'text/calendar' },
      body: dentist,
    });
    await put.body.dump();
    const written = await read(empty.cursor);
    const forgetting = await request(`${sandbox.url}/control/providers/caldav/forget-sync-tokens`, { method: 'POST' });
    await forgetting.body.dump();

    expect([work?.name, empty.changes, put.statusCode, forgetting.statusCode < 300]).toEqual(['Work', [], 201, true]);
    expect(written.changes).toMatchObject([{ kind: 'present', events: [{ title: 'Dentist' }] }]);
    await expect(read(written.cursor)).rejects.toMatchObject({ code: 'cursor_expired' });
    await providers.close();
  });
});
