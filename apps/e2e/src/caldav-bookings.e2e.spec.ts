import { connectWithCredentials, disconnectConnection, getSyncTask, listActivity, publishEvents, refreshCalendarAccount } from '@patchbay/contracts';
import {
  aBooking,
  calendarAccountReady,
  cancelled,
  created,
  eventually,
  hours,
  NotYet,
  rescheduled,
  type BookingData,
  type PublishedEvent,
} from '@patchbay/local-stack';
import { fetch } from 'undici';
import { credentialsToType } from './sandbox-credentials.js';
import { callRaw, clientOf, freshId, product, sandbox, signIn, soon, stack } from './whole-stack.js';

/** Whose calendars they are in the sandbox. */
const owner = 'olivia.organiser@example.com';

interface Shown {
  readonly id: string;
  readonly title: string;
  readonly starts: string | null;
}

interface SandboxPages {
  readonly providers: readonly {
    readonly id: string;
    readonly accounts: readonly { readonly email: string; readonly collections: readonly { readonly items: readonly Shown[] }[] }[];
  }[];
}

/** What stands in the owner's calendars under a title. */
const shown = async (provider: string, title: string): Promise<readonly Shown[]> => {
  const { providers } = (await (await fetch(`${stack.sandboxUrl}/control/providers`)).json()) as SandboxPages;
  const accounts = providers.find(({ id }) => id === provider)?.accounts.filter(({ email }) => email === owner) ?? [];
  return accounts.flatMap(({ collections }) => collections.flatMap(({ items }) => items)).filter((item) => item.title === title);
};

/** What a calendar program does: it gets a file, changes it, and puts it back. */
const rewrite = async (url: string, { username = '', password = '' }: Record<string, string>, by: (text: string) => string): Promise<void> => {
  const headers = { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`, 'content-type': 'text/calendar' };
  const text = await (await fetch(url, { headers })).text();
  const { status } = await fetch(url, { method: 'PUT', headers, body: by(text) });
  expect(status).toBe(204);
};

/** As a calendar file has it, on the clock that the organiser reads. */
const inBerlin = (time: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin', dateStyle: 'short', timeStyle: 'medium' })
    .format(new Date(time))
    .replaceAll(/[-:]/g, '')
    .replace(' ', 'T');

const publish = (event: PublishedEvent) => product.call(publishEvents, event);

describe.each(['caldav', 'apple'])('bookings of somebody whose calendar is at %s', (provider) => {
  let userId = '';
  let token = '';
  let connectionId = '';
  let calendarUrl = '';
  let typed: Record<string, string> = {};

  beforeAll(async () => {
    token = String((await signIn('github', `${freshId(provider)}@example.com`)).body['access_token']);
    userId = String((await callRaw('GET', '/api/v1/auth/me/', { token })).body['id']);
    const client = clientOf(token);
    typed = await credentialsToType(provider, owner);
    ({ id: connectionId } = await client.call(connectWithCredentials, { provider, credentials: typed }));
    calendarUrl = (await calendarAccountReady(client, connectionId)).calendar_id ?? '';
  }, 60_000);
  afterAll(() => clientOf(token).call(disconnectConnection, { id: connectionId }));

  const newBooking = (word: string): BookingData & { readonly title: string } => {
    const id = freshId(word);
    const title = `Meeting ${id}`;
    return { ...aBooking({ id, title, userId, startsAt: soon() }), title };
  };
  const standsAt = (title: string, time: string): Promise<Shown> =>
    eventually('the event to stand in the calendar', async () => {
      const items = await shown(provider, title);
      const [item] = items;
      if (item === undefined || items.length !== 1 || item.starts !== inBerlin(time)) throw new NotYet(JSON.stringify(items));
      return item;
    });
  const isGone = (title: string): Promise<void> =>
    eventually('the event to be gone', async () => {
      const items = await shown(provider, title);
      if (items.length > 0) throw new NotYet(JSON.stringify(items));
    });

  it('are written into it, moved in it, and go from it', async () => {
    const booking = newBooking('journey');
    await publish(created(booking));
    const written = await standsAt(booking.title, booking.start_time);

    await publish(rescheduled(booking, hours(2)));
    const moved = await standsAt(booking.title, new Date(Date.parse(booking.start_time) + hours(2)).toISOString());
    expect(moved.id).toBe(written.id);

    await publish(cancelled(booking));
    await isGone(booking.title);
  }, 60_000);

  it('stand there once when the answer to writing them is lost, and so do their moves', async () => {
    const booking = newBooking('lost');
    await sandbox.addFault({ provider, method: 'PUT', drop_after_executing: true, count: 2 });
    await publish(created(booking));
    await standsAt(booking.title, booking.start_time);

    await sandbox.addFault({ provider, method: 'PUT', drop_after_executing: true, count: 1 });
    await publish(rescheduled(booking, hours(1)));
    await standsAt(booking.title, new Date(Date.parse(booking.start_time) + hours(1)).toISOString());
    await eventually('every fault to have hit', async () => {
      const left = (await sandbox.faults()).filter((fault) => fault.provider === provider);
      if (left.length > 0) throw new NotYet(JSON.stringify(left));
    });

    await publish(cancelled(booking));
    await isGone(booking.title);
  }, 60_000);

  it('are known again when somebody moves them in a program of their own', async () => {
    const client = clientOf(token);
    const booking = newBooking('moved');
    const refresh = async (): Promise<void> => {
      const { task_id } = await client.call(refreshCalendarAccount, { id: connectionId });
      await eventually('the calendars to be read', async () => {
        const task = await client.call(getSyncTask, { task_id });
        if (task.status !== 'succeeded') throw new NotYet(JSON.stringify(task));
      });
    };
    await publish(created(booking));
    const { id: file } = await standsAt(booking.title, booking.start_time);
    await refresh();

    const later = (time: string): string => new Date(Date.parse(time) + hours(3)).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
    await rewrite(`${calendarUrl}${file}`, typed, (text) =>
      text.replace(/DTSTART;TZID=.*/, `DTSTART:${later(booking.start_time)}Z`).replace(/DTEND;TZID=.*/, `DTEND:${later(booking.end_time)}Z`),
    );
    await refresh();

    await eventually('the change to be told', async () => {
      const { items } = await client.call(listActivity, { booking: booking.booking_id, limit: 50 });
      if (!items.some((step) => step.log_type === 'booking_change_detected')) throw new NotYet(items.map((step) => step.log_type).join(', '));
    });
    await publish(cancelled(booking));
    await isGone(booking.title);
  }, 60_000);
});
