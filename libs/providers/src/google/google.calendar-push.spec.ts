import { calendarPushContract, type CalendarPushHarness } from '@patchbay/capabilities/testing';
import { waitFor } from '@patchbay/testing';
import { randomUUID } from 'node:crypto';
import { connectToFake, fakePerson } from '../_kit/fake-connection.js';
import { startFakeIngress } from '../_kit/fake-ingress.js';
import { googleFakeClient } from './google.fake-clients.js';
import { createGoogleFake } from './google.fake.js';
import { googleInbound } from './google.inbound.js';
import { google } from './google.provider.js';

const secret = 'a-secret-for-channels';
const credentials = { GOOGLE_CALENDAR_CLIENT_ID: googleFakeClient.clientId, GOOGLE_CALENDAR_CLIENT_SECRET: googleFakeClient.clientSecret };

const connect = async (now = () => new Date()) => {
  const connection = await connectToFake(
    {
      ...google,
      connect: (outbound, baseUrl) => {
        const urls = { GOOGLE_API_BASE_URL: baseUrl, GOOGLE_AUTH_BASE_URL: baseUrl };
        const config = google.config.parse({ ...credentials, ...urls, GOOGLE_WEBHOOK_SECRET: secret });
        return google.connect({ config, outbound, userAimedOutbound: outbound, now: () => new Date() });
      },
    },
    createGoogleFake({ now }),
    'calendar',
  );
  const { calendarPush: push } = connection.capabilities;
  if (push === undefined) throw new Error('Google was not asked to call back');
  const ingress = await startFakeIngress(googleInbound(secret));
  const { people, channels } = connection.running.fake;
  const lunch = { start: { dateTime: '2027-03-01T12:00:00Z' }, end: { dateTime: '2027-03-01T13:00:00Z' } };
  return {
    ...connection,
    push,
    ingress,
    people,
    channels,
    address: ingress.address,
    change: () => void people.putEvent({ email: fakePerson, calendarId: 'primary', event: lunch }),
    notices: (count: number) => waitFor(() => (ingress.notices.length >= count ? ingress.notices : undefined), `${count} notices`),
    settled: async () => {
      await channels.idle();
      return ingress.notices.length;
    },
    stop: async () => {
      await connection.stop();
      await ingress.stop();
    },
  };
};

const harness = async (): Promise<CalendarPushHarness> => {
  const connection = await connect();
  const calendars = await connection.capabilities.calendarReading.listCalendars(connection.token);
  return {
    ...connection,
    calendarId: fakePerson,
    unwatchableId: calendars.find(({ name }) => name === 'Holidays')?.id ?? '',
    dropChannels: () => connection.channels.drop(fakePerson),
  };
};

calendarPushContract('google', harness);

describe('google: calendar push, beyond the contract', () => {
  let connection: Awaited<ReturnType<typeof connect>>;
  let time: Date;
  /** Shorter than a token lives. */
  const lifeMs = 10 * 60_000;
  beforeEach(async () => {
    time = new Date();
    connection = await connect(() => time);
  });
  afterEach(() => connection.stop());
  const open = (id: string = randomUUID()) =>
    connection.push.open(connection.token, {
      calendarId: fakePerson,
      id,
      address: connection.address,
      expiresAt: new Date(time.getTime() + lifeMs),
    });

  it('hears that a channel is open before it hears of any change', async () => {
    await open();
    connection.change();
    await connection.notices(1);

    expect(connection.ingress.others).toEqual(['handshake']);
    expect(connection.ingress.notices.map(({ key }) => key.split(':')[1])).toEqual(['2']);
  });

  it('hears of what is written through the API, and of what is removed', async () => {
    await open();
    const { calendar } = connection.capabilities;
    const times = { startTime: '2027-03-01T10:00:00Z', endTime: '2027-03-01T11:00:00Z', timeZone: 'UTC' };
    const event = { key: randomUUID(), title: 'Consultation', description: '', attendees: [], meetingUrl: null, ...times };
    await calendar.createEvent(connection.token, fakePerson, event as unknown as Parameters<typeof calendar.createEvent>[2]);
    await calendar.deleteEvent(connection.token, fakePerson, event.key);

    expect(await connection.notices(2)).toHaveLength(2);
  });

  it('hears nothing more when the channel has ended, nor when the permission has', async () => {
    await open();
    time = new Date(time.getTime() + lifeMs);
    connection.change();
    const afterItsEnd = await connection.settled();
    await open();
    connection.running.fake.revokeGrant(fakePerson);
    connection.change();

    expect([afterItsEnd, await connection.settled()]).toEqual([0, 0]);
  });

  it('hears of every change again when nobody was there for a moment', async () => {
    await open();
    await connection.settled();
    connection.channels.mute(fakePerson, true);
    connection.change();
    connection.channels.mute(fakePerson, false);
    connection.change();
    await connection.settled();

    expect(connection.ingress.notices.map(({ key }) => key.split(':')[1])).toEqual(['3']);
  });

  it('is limited when the account has spent its quota, and no longer a minute later', async () => {
    const quota = connection.running.fake.situations?.find(({ name }) => name === 'quota');
    quota?.begin({ email: fakePerson, calls_per_minute: 1 });
    await open();

    await expect(open()).rejects.toMatchObject({ code: 'rate_limited', reason: 'rateLimitExceeded' });
    time = new Date(time.getTime() + 61_000);
    await expect(open()).resolves.toMatchObject({ resourceId: expect.any(String) as string });
  });

  it('is told that its address is refused, not its token', async () => {
    connection.channels.refuseAddresses(true);

    await expect(open()).rejects.toMatchObject({ code: 'invalid_request', reason: 'push.webhookUrlUnauthorized' });
    connection.channels.refuseAddresses(false);
    await expect(open()).resolves.toMatchObject({ resourceId: expect.any(String) as string });
  });

  it('leaves a channel whose resource it does not know to its end', async () => {
    const id = randomUUID();
    await open(id);
    const again = await open(id);

    await connection.push.close(connection.token, again);

    expect([again.resourceId, connection.channels.openOf(fakePerson)]).toEqual([null, 1]);
  });
});
