import { getBusyTimes, getCalendarAccount, listSyncRuns, refreshCalendarAccount, updateCalendarAccount, type PushState } from '@patchbay/contracts';
import { calendarAccountReady, connectAccount, eventually, hours, NotYet } from '@patchbay/local-stack';
import { clientOf, freshId, sandbox, signIn, soon, stack } from './whole-stack.js';

const startsAt = soon();
const at = (minutes: number): string => new Date(startsAt + minutes * 60_000).toISOString();
const asked = { from: at(-60), to: at(7 * 24 * 60) };
/** What the target says is two seconds; a machine that does much else needs more. Milliseconds. */
const patienceMs = 15_000;

const written = {
  google: (minutes: number) => ({
    summary: 'Lunch',
    start: { dateTime: at(minutes), timeZone: 'UTC' },
    end: { dateTime: at(minutes + 30), timeZone: 'UTC' },
  }),
  outlook: (minutes: number) => {
    const time = (of: number) => ({ dateTime: at(of).slice(0, 'yyyy-mm-ddThh:mm:ss'.length), timeZone: 'UTC' });
    return { subject: 'Lunch', start: time(minutes), end: time(minutes + 30) };
  },
};
const vendors = { google: 'google', outlook: 'microsoft' } as const;

describe.each(['google', 'outlook'] as const)('a calendar of %s that is polled once a day', (provider) => {
  const vendor = vendors[provider];
  const email = `${freshId(`push-${provider}`)}@example.com`;
  let client: ReturnType<typeof clientOf>;
  let id: string;
  let calendarId: string;

  const put = (minutes: number) => sandbox.begin(vendor, 'put-event', { email, event: written[provider](minutes) });
  const isBusyAt = async (minutes: number): Promise<boolean> => {
    const [item] = (await client.call(getBusyTimes, asked)).items;
    return item?.busy.some(({ start, end }) => start <= at(minutes) && end >= at(minutes + 30)) === true;
  };
  /** @returns after how many milliseconds. */
  const busyAt = async (minutes: number): Promise<number> => {
    const begun = performance.now();
    await eventually(
      'busy time',
      async () => {
        if (!(await isBusyAt(minutes))) throw new NotYet('free');
      },
      { timeoutMs: patienceMs },
    );
    return Math.round(performance.now() - begun);
  };
  const pushIs = (wanted: PushState) =>
    eventually(`push that is ${wanted}`, async () => {
      const { calendars } = await client.call(getCalendarAccount, { id });
      const push = calendars.find((calendar) => calendar.id === calendarId)?.push;
      if (push !== wanted) throw new NotYet(String(push));
    });
  const readings = async (): Promise<number> => {
    const { items } = await client.call(listSyncRuns, { id, limit: 100 });
    return items.filter((run) => run.calendar_id === calendarId).length;
  };
  const isStill = () =>
    eventually('a calendar that is not being read', async () => {
      const { items } = await client.call(listSyncRuns, { id, limit: 100 });
      if (items.some(({ status }) => status === 'running') || items.length === 0) throw new NotYet('it is read');
    });

  beforeAll(async () => {
    const signedIn = await signIn('github', email);
    client = clientOf(String(signedIn.body['access_token']));
    id = await connectAccount({ client, gatewayUrl: stack.gatewayUrl, sandbox }, { provider, type: 'calendar', email });
    calendarId = (await calendarAccountReady(client, id)).calendar_id ?? '';
    await client.call(updateCalendarAccount, { id, sync_interval_minutes: 1_440 });
    await pushIs('active');
    await isStill();
  }, 60_000);

  it('is busy a moment after something was put into it', async () => {
    await put(0);
    const tookMs = await busyAt(0);

    console.info(`${provider}: busy ${tookMs} ms after the change`);
    expect(tookMs).toBeLessThan(patienceMs);
  });

  it('is read a few times for 60 changes in a row, and misses none of them', async () => {
    await isStill();
    const before = await readings();

    for (let count = 0; count < 60; count += 1) await put(hours(24) / 60_000 + count * 40);
    for (const count of [0, 30, 59]) await busyAt(hours(24) / 60_000 + count * 40);
    await isStill();

    const came = (await readings()) - before;
    console.info(`${provider}: ${came} readings for 60 changes`);
    expect(came).toBeLessThan(30);
  });

  it('is known by reading when its notices are lost, and by push again afterwards', async () => {
    await isStill();
    await sandbox.begin(vendor, 'mute-channels', { email });
    await put(240);
    await client.call(refreshCalendarAccount, { id });
    await busyAt(240);

    await isStill();
    await sandbox.begin(vendor, 'mute-channels', { email, is_muted: false });
    await put(300);
    expect(await busyAt(300)).toBeLessThan(patienceMs);
  });

  it('has a channel again when it is switched off and on after the old one died', async () => {
    await isStill();
    await sandbox.begin(vendor, 'drop-channels', { email });
    await client.call(updateCalendarAccount, { id, sync_enabled: false });
    await pushIs('off');
    await client.call(updateCalendarAccount, { id, sync_enabled: true });
    await pushIs('active');

    await put(360);
    expect(await busyAt(360)).toBeLessThan(patienceMs);
  });
});

describe('what Graph says of a subscription itself', () => {
  const email = `${freshId('lifecycle')}@example.com`;
  const subscriptions = async (kind: string) => {
    const entries = await sandbox.ledgerAfter(0);
    return entries.filter((entry) => entry.account === email && entry.kind === `subscription.${kind}`).length;
  };
  const becomes = (kind: string, count: number) =>
    eventually(`${count} × subscription.${kind}`, async () => {
      const found = await subscriptions(kind);
      if (found < count) throw new NotYet(String(found));
    });

  it('prolongs it, and opens it anew when it was removed', async () => {
    const signedIn = await signIn('github', email);
    const client = clientOf(String(signedIn.body['access_token']));
    const id = await connectAccount({ client, gatewayUrl: stack.gatewayUrl, sandbox }, { provider: 'outlook', type: 'calendar', email });
    await calendarAccountReady(client, id);
    await becomes('opened', 2);
    const opened = await subscriptions('opened');

    await sandbox.begin('microsoft', 'send-lifecycle', { email, event: 'reauthorizationRequired' });
    await becomes('renewed', opened);
    await sandbox.begin('microsoft', 'send-lifecycle', { email, event: 'subscriptionRemoved' });
    await becomes('opened', 2 * opened);

    expect(await subscriptions('closed')).toBe(0);
  });
});
