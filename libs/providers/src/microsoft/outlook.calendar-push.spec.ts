import { calendarPushContract, type CalendarPushHarness } from '@patchbay/capabilities/testing';
import { waitFor } from '@patchbay/testing';
import { randomUUID } from 'node:crypto';
import { connectToFake, fakePerson } from '../_kit/fake-connection.js';
import { startFakeIngress } from '../_kit/fake-ingress.js';
import { createMicrosoftFake, microsoftFakeClient } from './microsoft.fake.js';
import { graphInbound } from './microsoft.inbound.js';
import { outlook } from './outlook.provider.js';

const secret = 'a-secret-for-subscriptions';
const credentials = { OUTLOOK_CLIENT_ID: microsoftFakeClient.clientId, OUTLOOK_CLIENT_SECRET: microsoftFakeClient.clientSecret };

const connect = async () => {
  const connection = await connectToFake(
    {
      ...outlook,
      connect: (outbound, baseUrl) => {
        const urls = { OUTLOOK_API_BASE_URL: baseUrl, OUTLOOK_AUTH_BASE_URL: baseUrl };
        const config = outlook.config.parse({ ...credentials, ...urls, OUTLOOK_WEBHOOK_SECRET: secret });
        return outlook.connect({ config, outbound, userAimedOutbound: outbound, now: () => new Date() });
      },
    },
    createMicrosoftFake(),
    'calendar',
  );
  const { calendarPush: push } = connection.capabilities;
  if (push === undefined) throw new Error('Outlook was not asked to call back');
  const ingress = await startFakeIngress(graphInbound('outlook', secret));
  const { calendars, subscriptions } = connection.running.fake;
  const [shared, mine] = calendars.ofAccount(fakePerson);
  if (shared === undefined || mine === undefined) throw new Error('the fake has no calendars');
  const lunch = { start: { dateTime: '2027-03-01T12:00:00', timeZone: 'UTC' }, end: { dateTime: '2027-03-01T13:00:00', timeZone: 'UTC' } };
  return {
    ...connection,
    push,
    ingress,
    calendars,
    subscriptions,
    mine,
    calendarId: mine.id,
    unwatchableId: shared.id,
    address: ingress.address,
    change: () => void calendars.add(mine, lunch),
    notices: (count: number) => waitFor(() => (ingress.notices.length >= count ? ingress.notices : undefined), `${count} notices`),
    settled: async () => {
      await subscriptions.idle();
      return ingress.notices.length;
    },
    dropChannels: () => subscriptions.drop(fakePerson),
    stop: async () => {
      await connection.stop();
      await ingress.stop();
    },
  };
};

calendarPushContract('outlook', connect as () => Promise<CalendarPushHarness>);

describe('outlook: calendar push, beyond the contract', () => {
  let connection: Awaited<ReturnType<typeof connect>>;
  beforeEach(async () => (connection = await connect()));
  afterEach(() => connection.stop());
  const wanted = (address = connection.address) => ({
    calendarId: connection.calendarId,
    id: randomUUID(),
    address,
    expiresAt: new Date(Date.now() + connection.push.lifeMs),
  });

  it('is asked whether it is there before a subscription is made', async () => {
    await connection.push.open(connection.token, wanted());

    expect(connection.ingress.others).toEqual(['handshake']);
  });

  it('has no subscription where nobody answers', async () => {
    const refused = connection.push.open(connection.token, wanted('http://127.0.0.1:1/hooks'));

    await expect(refused).rejects.toMatchObject({ code: 'invalid_request', reason: 'ValidationError' });
    expect(connection.subscriptions.openOf(fakePerson)).toBe(0);
  });

  it('is limited when the mailbox has had its share, and is told how long', async () => {
    const quota = connection.running.fake.situations?.find(({ name }) => name === 'quota');
    quota?.begin({ email: fakePerson, calls_per_minute: 0 });

    const limited = await connection.push.open(connection.token, wanted()).catch((error: unknown) => error);

    expect(limited).toMatchObject({ code: 'rate_limited', reason: 'ApplicationThrottled', retryAfterMs: 60_000 });
    quota?.begin({ email: fakePerson, calls_per_minute: null });
    await expect(connection.push.open(connection.token, wanted())).resolves.toMatchObject({ resourceId: null });
  });

  it('hears what happened to an event, and what happens to the subscription', async () => {
    const { id } = await connection.push.open(connection.token, wanted());
    const start = { dateTime: '2027-03-01T12:00:00', timeZone: 'UTC' };
    const event = connection.calendars.add(connection.mine, { start, end: { ...start, dateTime: '2027-03-01T13:00:00' } });
    const changed = connection.calendars.change({ calendar: connection.mine, event }, { subject: 'Long lunch' });
    connection.calendars.remove({ calendar: connection.mine, event: changed });
    connection.subscriptions.tellLifecycle(fakePerson, 'reauthorizationRequired');
    connection.subscriptions.tellLifecycle(fakePerson, 'subscriptionRemoved');

    const notices = await connection.notices(5);

    expect(notices.map(({ type, channelNews }) => [type, channelNews])).toEqual([
      ['created', 'changed'],
      ['updated', 'changed'],
      ['deleted', 'changed'],
      ['reauthorizationRequired', 'ending'],
      ['subscriptionRemoved', 'ended'],
    ]);
    expect([...new Set(notices.map(({ channelId }) => channelId))]).toEqual([id]);
    expect(connection.subscriptions.openOf(fakePerson)).toBe(0);
  });
});
