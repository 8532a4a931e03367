import {
  connectCalendar,
  disconnectConnection,
  forceCalendarSync,
  getBusyTimes,
  getCalendarAccount,
  getSyncTask,
  refreshCalendarAccount,
  type UserBusy,
} from '@patchbay/contracts';
import { eventually, NotYet } from '@patchbay/local-stack';
import { fetch } from 'undici';
import { clientOf, freshId, grace, sandbox, stack } from './whole-stack.js';

const email = 'ben.bookings@example.com';
const client = clientOf(grace.token);
const day = new Date(Date.now() + 7 * 24 * 60 * 60_000).toISOString().slice(0, 10);
const next = new Date(Date.parse(day) + 24 * 60 * 60_000).toISOString().slice(0, 10);
const utc = (time: string) => ({ dateTime: `${day}T${time}:00`, timeZone: 'UTC' });

/** What the publisher of the feed does in the calendar behind it. */
const publisher = (situation: 'put-event' | 'remove-event', about: Readonly<Record<string, unknown>>): Promise<void> =>
  sandbox.begin('ics', situation, { email, ...about });

/** The address as the sandbox's page tells it. */
const addressOfFeed = async (): Promise<string> => {
  const { providers } = (await (await fetch(`${stack.sandboxUrl}/control/providers`)).json()) as {
    readonly providers: readonly {
      readonly id: string;
      readonly accounts: readonly {
        readonly email: string;
        readonly collections: readonly { readonly items: readonly { readonly id: string; readonly notes: readonly string[] }[] }[];
      }[];
    }[];
  };
  const account = providers.find(({ id }) => id === 'ics')?.accounts.find((one) => one.email === email);
  const shown = account?.collections.flatMap(({ items }) => items).find(({ id }) => id === 'url')?.notes[0] ?? '';
  return `${stack.sandboxUrl}/ics${new URL(shown).pathname.replace(/^\/ics/, '')}`;
};

const busyTimes = async (): Promise<UserBusy> => {
  const { items } = await client.call(getBusyTimes, { from: `${day}T00:00:00Z`, to: `${next}T00:00:00Z` });
  const [own] = items;
  if (own === undefined) throw new NotYet('nobody');
  return own;
};
/** When everything is read, the feed among it. */
const onceRead = (account: string): Promise<UserBusy> =>
  eventually('the feed is read', async () => {
    const known = await busyTimes();
    const feeds = known.calendars.filter(({ account_id: of }) => of === account);
    if (feeds.length === 0 || !known.bookable) throw new NotYet(`${feeds.length} feeds`);
    return known;
  });
const range = (start: string, end: string) => ({ start: `${day}T${start}:00.000Z`, end: `${day}T${end}:00.000Z` });

describe('a calendar feed', () => {
  const uid = `${freshId('event')}@example.com`;
  let id = '';

  const settled = async (contract: typeof refreshCalendarAccount | typeof forceCalendarSync): Promise<string> => {
    const { task_id } = await client.call(contract, { id });
    return eventually('the feed is read', async () => {
      const { status } = await client.call(getSyncTask, { task_id });
      if (status === 'queued' || status === 'running') throw new NotYet(status);
      return status;
    });
  };

  it('makes its owner busy as soon as it is connected, and can be booked around', async () => {
    await publisher('put-event', { uid, title: 'Inspection', start: utc('09:00'), end: utc('10:30') });
    ({ id } = await client.call(connectCalendar, { provider: 'ics', url: await addressOfFeed() }));

    const { busy } = await onceRead(id);

    expect(busy).toEqual([range('09:00', '10:30')]);
    expect(await client.call(getCalendarAccount, { id })).toMatchObject({
      provider: 'ics',
      calendar_id: null,
      calendars: [{ name: `Calendar of ${email}`, is_writable: false, time_zone: 'Europe/Berlin' }],
    });
  });

  it('tells when its publisher moves an event, and when it is gone', async () => {
    await publisher('put-event', { uid, title: 'Inspection', start: utc('11:00'), end: utc('12:00') });
    expect([await settled(refreshCalendarAccount), (await busyTimes()).busy]).toEqual(['succeeded', [range('11:00', '12:00')]]);

    await publisher('remove-event', { uid });
    expect([await settled(refreshCalendarAccount), (await busyTimes()).busy]).toEqual(['succeeded', []]);
  });

  it('can be read anew', async () => {
    await publisher('put-event', { uid, title: 'Inspection', start: utc('13:00'), end: utc('14:00') });

    expect([await settled(forceCalendarSync), (await busyTimes()).busy]).toEqual(['succeeded', [range('13:00', '14:00')]]);
  });

  it('of which an event cannot be read is not booked on until that is mended, and says which event it is', async () => {
    const lunch = { uid: `lunch-${uid}`, title: 'Lunch' };
    const onMars = (time: string) => ({ dateTime: `${day}T${time}:00`, timeZone: 'Mars/Olympus' });
    await publisher('put-event', { ...lunch, start: onMars('12:00'), end: onMars('13:00') });
    await settled(refreshCalendarAccount);

    const [calendar] = (await client.call(getCalendarAccount, { id })).calendars;
    expect(calendar).toMatchObject({ bookable: false, reason: 'partly_unreadable', unreadable_events: 1 });
    expect(calendar?.unreadable_examples).toEqual([{ title: 'Lunch', start: expect.stringContaining('Mars/Olympus'), fault: 'unknown_zone' }]);
    expect(await busyTimes()).toMatchObject({ bookable: false, busy: [range('13:00', '14:00')] });

    await publisher('put-event', { ...lunch, start: utc('12:00'), end: utc('12:30') });
    await settled(refreshCalendarAccount);
    expect(await busyTimes()).toMatchObject({ bookable: true, busy: [range('12:00', '12:30'), range('13:00', '14:00')] });
    await publisher('remove-event', { uid: lunch.uid });
    await settled(refreshCalendarAccount);
  });

  it('whose secret address is taken back says that there is nothing, and goes on where it was when it is connected at its new one', async () => {
    const onceItSays = (error: string | null) =>
      eventually(`the feed says ${error}`, async () => {
        const account = await client.call(getCalendarAccount, { id });
        const [calendar] = account.calendars;
        if (calendar?.last_error !== error) throw new NotYet(String(calendar?.last_error));
        return account;
      });
    await sandbox.revokeGrant('ics', email);
    await client.call(refreshCalendarAccount, { id });

    const { token_status: token } = await onceItSays('not_found');
    const again = await client.call(connectCalendar, { provider: 'ics', url: await addressOfFeed() });
    await onceItSays(null);
    const { busy } = await onceRead(id);

    expect([token, again.id, busy]).toEqual(['valid', id, [range('13:00', '14:00')]]);
    await client.call(disconnectConnection, { id });
  });
});
