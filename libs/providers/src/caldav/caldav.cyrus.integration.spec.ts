import { randomUUID } from 'node:crypto';
import { calendarContract, calendarEventsContract, calendarReadingContract } from '@patchbay/capabilities/testing';
import { startCyrus, type CyrusServer } from '@patchbay/testing';
import { createOutbound } from '../_kit/outbound.js';
import { inProcessRateLimiter } from '../_kit/rate-limiter.js';
import { undiciTransport } from '../_kit/transport.js';
import { caldavEventsTraits, caldavTraits } from './caldav.fake-harness.js';
import { connectToRealServer, type RealAccount } from './caldav.fake-proxy.js';
import { caldav } from './caldav.provider.js';

const accountOn = ({ url }: CyrusServer): RealAccount => ({
  url,
  username: 'olivia',
  password: 'right-password',
  email: 'olivia@example.com',
  calendarsPath: '/dav/calendars/user/olivia/',
});

describe('on Cyrus', () => {
  let cyrus: CyrusServer;
  // Fetching it the first time takes longest.
  beforeAll(async () => (cyrus = await startCyrus({ olivia: 'right-password' })), 240_000);
  afterAll(() => cyrus.stop());

  it('an account is found from the bare host, and not opened with another password', async () => {
    const transport = undiciTransport();
    const clock = { now: () => new Date(), sleep: async () => {} };
    const outbound = createOutbound({ provider: 'caldav', limits: caldav.limits, transport, limiter: inProcessRateLimiter(clock), clock });
    const { credentials } = caldav.connect({ config: {}, outbound, userAimedOutbound: outbound, now: clock.now });
    const check = (password: string) => credentials.check({ server_url: cyrus.url, username: 'olivia', password }, randomUUID());

    expect(await check('right-password')).toEqual({ id: `${cyrus.url}/dav/principals/user/olivia/`, email: null, name: 'olivia' });
    await expect(check('wrong-password')).rejects.toMatchObject({ code: 'unauthorized' });
    await transport.close();
  });

  const begin = () => connectToRealServer(accountOn(cyrus));
  // It tells everything in one answer.
  calendarReadingContract('caldav', { ...caldavTraits, hasPages: false, resumesMidway: false }, begin);
  // Everybody there owns their calendars, and can write them.
  calendarContract('caldav', async () => ({ ...(await begin()), canWriteAll: true }));
  calendarEventsContract('caldav', { ...caldavEventsTraits, hasReadOnlyCalendars: false }, begin);
});

describe('on a Cyrus that invites guests itself', () => {
  let cyrus: CyrusServer;
  beforeAll(async () => (cyrus = await startCyrus({ olivia: 'right-password' }, { invites: true })), 240_000);
  afterAll(() => cyrus.stop());

  calendarContract('caldav', async () => ({ ...(await connectToRealServer(accountOn(cyrus))), canWriteAll: true }));
});
