import { tokenOfCredentials, type Outbound } from '@patchbay/capabilities';
import { failureOf } from '@patchbay/capabilities/testing';
import { startFake, type RunningFake } from '../_kit/fake-server.js';
import { createOutbound } from '../_kit/outbound.js';
import { inProcessRateLimiter } from '../_kit/rate-limiter.js';
import { undiciTransport } from '../_kit/transport.js';
import { createIcsFake, type IcsFake } from './ics.fake.js';
import { ics } from './ics.provider.js';

const email = 'olivia.organiser@example.com';

describe('a feed that Microsoft 365 publishes', () => {
  let running: RunningFake<IcsFake>;
  const transport = undiciTransport();
  beforeAll(async () => (running = await startFake(createIcsFake({ wantsBrowsers: true }))));
  afterAll(async () => {
    await running.stop();
    await transport.close();
  });

  /** Whatever host is asked for, the fake answers. */
  const atHost = (host: string) => {
    const clock = { now: () => new Date(), sleep: async () => {} };
    const inPlace = { ...transport, send: ({ url, ...wire }: Parameters<typeof transport.send>[0]) => transport.send({ ...wire, url: here(url) }) };
    const outbound = createOutbound({ provider: 'ics', limits: ics.limits, transport: inPlace, limiter: inProcessRateLimiter(clock), clock });
    const address = new URL(running.fake.credentialsOf(email, running.url)['url'] ?? '');
    const url = `https://${host}${address.pathname}`;
    return { ...connected(outbound), credentials: { url }, token: tokenOfCredentials({ url }, 'connection-1') };
  };
  const here = (url: URL) => new URL(`${url.pathname}${url.search}`, running.url);
  const connected = (outbound: Outbound) => {
    const { credentials, calendarReading } = ics.connect({ config: {}, outbound, userAimedOutbound: outbound, now: () => new Date() });
    return { check: credentials.check, reading: calendarReading };
  };
  const names = () => running.requests.map(({ headers }) => headers['user-agent']);

  it.each(['outlook.office365.com', 'outlook.office.com'])('at %s is asked for by a name that it answers, in which ours is', async (host) => {
    const { check, credentials, reading, token } = atHost(host);

    expect(await check(credentials, 'connection-1')).toMatchObject({ name: `Calendar of ${email}` });
    expect(await reading.listCalendars(token)).toHaveLength(1);
    expect(names().at(-1)).toMatch(/\blike Chrome\/\d+ .*Patchbay/);
  });

  it('is the only one that is asked for by another name than ours', async () => {
    const { reading, token } = atHost('calendar.example.com');
    await reading.listCalendars(token).catch(() => undefined);

    expect(names().at(-1)).toBe('Patchbay');
  });

  it('and will have none of us is no server that is away, which somebody must be told of', async () => {
    const { check, credentials, reading, token } = atHost('calendar.example.com');

    const refusal = { code: 'forbidden', reason: 'browsers_only', retryable: false };
    expect(await failureOf(check(credentials, 'connection-1'))).toMatchObject(refusal);
    expect(await failureOf(reading.listCalendars(token))).toMatchObject(refusal);
  });

  it('says so also where it leads nowhere else first', async () => {
    const headers = { 'x-owa-error': 'Microsoft.Exchange.Clients.Owa2.Server.Core.OwaBasicUnsupportedException' };
    const outbound: Outbound = { fetch: () => () => Promise.resolve(new Response('', { status: 500, headers })) };

    const failure = await failureOf(connected(outbound).check({ url: 'https://calendar.example.com/a.ics' }, 'connection-1'));

    expect(failure).toMatchObject({ code: 'forbidden', reason: 'browsers_only' });
  });
});
