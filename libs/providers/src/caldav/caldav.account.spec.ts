import { tokenOfCredentials, type Outbound, type OutboundCall } from '@patchbay/capabilities';
import { apple } from './apple.provider.js';
import { writeCursor } from './caldav.cursor.js';
import { caldav } from './caldav.provider.js';

const token = tokenOfCredentials(
  { username: 'ada@example.com', password: 'abcd-efgh-ijkl-mnop', server_url: 'https://dav.example.com/' },
  'connection-1',
);
const appleToken = tokenOfCredentials({ username: 'ada@example.com', password: 'abcd-efgh-ijkl-mnop' }, 'connection-1');

describe('the reading of calendars over CalDAV', () => {
  it.each([
    ['https://caldav.icloud.com/cal/', appleToken, (context: Context) => apple.connect({ config: apple.config.parse({}), ...context })],
    ['https://dav.example.com/cal/', token, (context: Context) => caldav.connect({ config: {}, ...context })],
  ] as const)('may take longer and bring more than other calls: %s', async (calendarId, own, connect) => {
    const calls: OutboundCall[] = [];
    const outbound: Outbound = {
      fetch: (call) => {
        calls.push(call);
        return () => Promise.resolve(new Response(null, { status: 503 }));
      },
    };
    const { calendarReading } = connect({ outbound, userAimedOutbound: outbound, now: () => new Date() });
    const window = { from: new Date(), to: new Date() };
    const cursor = writeCursor({ calendarId, url: calendarId, kind: 'sync', token: 't-1' });
    const pages = calendarReading.read(own, { calendarId, cursor, window, known: async () => new Map() });

    await expect(pages[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'unavailable' });
    expect(calls.at(-1)).toMatchObject({ responseBytesMax: 8 * 1024 * 1024, silenceMs: 60_000, deadlineMs: 60_000 });
  });
});

interface Context {
  readonly outbound: Outbound;
  readonly userAimedOutbound: Outbound;
  readonly now: () => Date;
}
