import { randomUUID } from 'node:crypto';
import { calendarContract, calendarEventsContract, calendarReadingContract } from '@patchbay/capabilities/testing';
import { startRadicale, type RadicaleServer } from '@patchbay/testing';
import { createOutbound } from '../_kit/outbound.js';
import { inProcessRateLimiter } from '../_kit/rate-limiter.js';
import { undiciTransport } from '../_kit/transport.js';
import { caldavEventsTraits, caldavTraits } from './caldav.fake-harness.js';
import { connectToRealServer } from './caldav.fake-proxy.js';
import { caldav } from './caldav.provider.js';

describe('an account on Radicale', () => {
  const transport = undiciTransport();
  const clock = { now: () => new Date(), sleep: async () => {} };
  const outbound = createOutbound({ provider: 'caldav', limits: caldav.limits, transport, limiter: inProcessRateLimiter(clock), clock });
  const { credentials } = caldav.connect({ config: {}, outbound, userAimedOutbound: outbound, now: clock.now });
  let radicale: RadicaleServer;
  // Fetching it the first time takes longest.
  beforeAll(async () => (radicale = await startRadicale({ olivia: 'right-password' })), 240_000);
  afterAll(async () => {
    await radicale.stop();
    await transport.close();
  });
  const check = (path: string, password: string) =>
    credentials.check(credentials.schema.parse({ server_url: `${radicale.url}${path}`, username: 'olivia', password }), randomUUID());

  it.each(['', '/', '/olivia/', '/.well-known/caldav', '/not/there'])(
    'is found from %p',
    async (path) => {
      expect(await check(path, 'right-password')).toEqual({ id: `${radicale.url}/olivia/`, email: null, name: 'olivia' });
    },
    20_000,
  );

  it('is not opened with another password', async () => {
    await expect(check('', 'wrong-password')).rejects.toMatchObject({ code: 'unauthorized' });
  }, 20_000);
});

describe('calendars on Radicale', () => {
  const username = 'olivia.organiser@example.com';
  let radicale: RadicaleServer;
  beforeAll(async () => (radicale = await startRadicale({ [username]: 'right-password' })), 240_000);
  afterAll(() => radicale.stop());

  const begin = () =>
    connectToRealServer({ url: radicale.url, username, email: username, password: 'right-password', calendarsPath: `/${username}/` });
  // It tells everything in one answer.
  calendarReadingContract('caldav', { ...caldavTraits, hasPages: false, resumesMidway: false }, begin);
  calendarContract('caldav', begin);
  calendarEventsContract('caldav', caldavEventsTraits, begin);
});
