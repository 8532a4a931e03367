import {
  getCalendarGap,
  getSyncTask,
  listActivity,
  listCalendarGaps,
  publishEvents,
  refreshCalendarAccount,
  updateCalendarAccount,
  type BookingChangePolicy,
} from '@patchbay/contracts';
import { aBooking, connectAccount, created, eventually, hours, NotYet, rescheduled, type BookingData, type FarEnd } from '@patchbay/local-stack';
import { addEndpoint, callRaw, clientOf, connectBoth, freshId, product, sandbox, signIn, soon, stack } from './whole-stack.js';

const email = `${freshId('moved')}@example.com`;
const token = String((await signIn('github', email)).body['access_token']);
const client = clientOf(token);
const userId = String((await callRaw('GET', '/api/v1/auth/me/', { token })).body['id']);

type Booked = BookingData & { readonly title: string };
type Data = Readonly<Record<string, unknown>>;

describe('a booking that somebody moves or deletes in their calendar', () => {
  let accountId: string;
  let farEnd: FarEnd;
  let hoursAhead = 0;

  beforeAll(async () => {
    const person = { id: userId, email, role: 'user' as const, token };
    ({ calendar: accountId } = await connectBoth(person));
    ({ farEnd } = await addEndpoint(person, ['calendar_event_created', 'booking_change_detected', 'calendar_gap_reported']));
  }, 60_000);

  const refresh = async (): Promise<void> => {
    const { task_id } = await client.call(refreshCalendarAccount, { id: accountId });
    await eventually('the calendars to be read', async () => {
      const task = await client.call(getSyncTask, { task_id });
      if (task.status !== 'succeeded') throw new NotYet(JSON.stringify(task));
    });
  };
  /** What the verified webhooks of a type said of a booking. */
  const webhooks = async (type: string, { booking_id: id }: Booked): Promise<readonly Data[]> => {
    await farEnd.refresh();
    return farEnd.webhooksOf(id).flatMap(({ verified, content }) => (verified === true && content.type === type ? [content.data] : []));
  };
  const nextChange = (booking: Booked, count = 1): Promise<Data> =>
    eventually('a webhook of the change', async () => {
      const told = await webhooks('booking_change_detected', booking);
      const last = told[count - 1];
      if (last === undefined || told.length !== count) throw new NotYet(JSON.stringify(told));
      return last;
    });
  const startsAt = (booking: Booked, later = 0): number => Date.parse(booking.start_time) + hours(later);
  const stands = (kind: 'meeting' | 'event', booking: Booked, at: number | null): Promise<void> =>
    eventually(`the ${kind}`, async () => {
      await farEnd.refresh();
      const things = farEnd.titled(kind, booking.title).filter(({ isDeleted }) => !isDeleted);
      const isAsWanted = at === null ? things.length === 0 : things.length === 1 && things[0]?.startsAt === at;
      if (!isAsWanted) throw new NotYet(JSON.stringify(things));
    });
  const eventIdOf = (booking: Booked): Promise<string> =>
    eventually('the calendar event', async () => {
      const [data] = await webhooks('calendar_event_created', booking);
      if (data === undefined) throw new NotYet('none');
      return String(data['event_id']);
    });
  /** Somebody books, the event and the meeting are made, and the account has a policy. */
  const book = async (policy: BookingChangePolicy): Promise<{ readonly booking: Booked; readonly id: string }> => {
    await client.call(updateCalendarAccount, { id: accountId, booking_change_policy: policy });
    const id = freshId('bk');
    hoursAhead += 12;
    const booking = { ...aBooking({ id, title: id, userId, startsAt: soon() + hours(hoursAhead) }), title: id };
    await product.call(publishEvents, created(booking));
    const eventId = await eventIdOf(booking);
    await stands('meeting', booking, startsAt(booking));
    await refresh();
    return { booking, id: eventId };
  };
  const move = (booking: Booked, id: string, later: number) => {
    const time = (ms: number) => ({ dateTime: new Date(ms).toISOString(), timeZone: 'UTC' });
    const from = startsAt(booking, later);
    return sandbox.begin('google', 'move-event', { email, id, start: time(from), end: time(from + hours(0.5)) });
  };
  const remove = (id: string) => sandbox.begin('google', 'remove-event', { email, id });
  const instant = (ms: number): string => new Date(ms).toISOString();

  it('is announced with its old and new times, and nothing else happens', async () => {
    const { booking, id } = await book('announce');

    await move(booking, id, 2);
    await refresh();

    expect(await nextChange(booking)).toMatchObject({
      connection_id: accountId,
      event_id: id,
      change: 'moved',
      previous_start_time: instant(startsAt(booking)),
      start_time: instant(startsAt(booking, 2)),
      action: 'announced',
    });
    await stands('meeting', booking, startsAt(booking));
    await stands('event', booking, startsAt(booking, 2));
    const { items } = await client.call(listActivity, { booking: booking.booking_id, limit: 50 });
    expect(items.map((step) => step.log_type)).toContain('booking_change_detected');
  }, 60_000);

  it('takes its meeting with it, and both go where the product says afterwards', async () => {
    const { booking, id } = await book('follow');

    await move(booking, id, 2);
    await refresh();
    expect(await nextChange(booking)).toMatchObject({ change: 'moved', action: 'followed' });
    await stands('meeting', booking, startsAt(booking, 2));
    await product.call(publishEvents, rescheduled(booking, hours(5)));
    await stands('meeting', booking, startsAt(booking, 5));
    await stands('event', booking, startsAt(booking, 5));
    await refresh();

    expect(await webhooks('booking_change_detected', booking)).toHaveLength(1);
  }, 60_000);

  it('is cancelled with its meeting when its event is deleted', async () => {
    const { booking, id } = await book('follow');

    await remove(id);
    await refresh();

    expect(await nextChange(booking)).toMatchObject({ change: 'deleted', start_time: null, action: 'followed' });
    await stands('meeting', booking, null);
  }, 60_000);

  it('is back where it was booked when it shall be restored, once moved and once deleted', async () => {
    const { booking, id } = await book('restore');

    await move(booking, id, 3);
    await refresh();
    expect(await nextChange(booking)).toMatchObject({ change: 'moved', action: 'written_back' });
    await stands('event', booking, startsAt(booking));
    await refresh();
    await remove(id);
    await refresh();
    expect(await nextChange(booking, 2)).toMatchObject({ change: 'deleted', action: 'written_back' });
    await stands('event', booking, startsAt(booking));
    await refresh();

    expect(await webhooks('booking_change_detected', booking)).toHaveLength(2);
    await stands('meeting', booking, startsAt(booking));
  }, 60_000);

  it('is in the report of what happened while the permission was gone, when something collides with it', async () => {
    const { booking } = await book('announce');
    const end = startsAt(booking) + hours(0.5);

    await sandbox.revokeGrant('google', email);
    await client.call(refreshCalendarAccount, { id: accountId });
    await eventually('the account to need its user', async () => {
      const { body } = await callRaw('GET', `/api/v1/integrations/calendar/${accountId}/`, { token });
      if (body['status'] !== 'needs_reauth') throw new NotYet(String(body['status']));
    });
    const event = { summary: 'Meanwhile', start: { dateTime: booking.start_time }, end: { dateTime: instant(end) } };
    await sandbox.begin('google', 'put-event', { email, event });
    const again = await connectAccount({ client, gatewayUrl: stack.gatewayUrl, sandbox }, { provider: 'google', type: 'calendar', email });

    const gap = await eventually('the report', async () => {
      const { items } = await client.call(listCalendarGaps, { id: accountId });
      const found = items.find(({ collision_count: count }) => count > 0);
      if (found === undefined) throw new NotYet(JSON.stringify(items));
      return found;
    });
    const report = await client.call(getCalendarGap, { id: accountId, gap_id: gap.id });
    expect(again).toBe(accountId);
    expect(report).toMatchObject({ reason: 'needs_reauth', collisions: [{ booking_id: booking.booking_id, busy: { title: 'Meanwhile' } }] });
    expect(report.changes).toContainEqual(expect.objectContaining({ change: 'added', title: 'Meanwhile', start_time: booking.start_time }));
    await eventually('the webhook of the report', async () => {
      await farEnd.refresh();
      const told = farEnd.webhooks().filter(({ content }) => content.type === 'calendar_gap_reported' && content.data['gap_id'] === gap.id);
      if (told.length !== 1) throw new NotYet(JSON.stringify(told));
      expect(told[0]?.content.data['booking_ids']).toEqual([booking.booking_id]);
    });
  }, 60_000);
});
