import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  bookingRescheduled,
  calendarEventCreated,
  calendarEventDeleted,
  calendarEventUpdated,
  integrationDisconnected,
  type Booking,
} from '@patchbay/contracts';
import { movedBooking, waitFor } from '@patchbay/testing';
import { useCalendarService } from '../testing/calendar-callers.js';

jest.setTimeout(60_000);

describe('a booking whose place is certainly gone', () => {
  const service = useCalendarService();

  afterEach(() => {
    service.stack.tokens.answer = service.stack.tokens.working;
  });

  const account = async (userId = randomUUID()) => {
    const { connectionId } = await service.stack.connectAccount(userId);
    const isRead = () => service.sql.query('SELECT 1 FROM accounts WHERE id = $1 AND calendar_id IS NOT NULL', [connectionId]);
    await waitFor(async () => ((await isRead()).rowCount === 1 ? true : undefined), 'the account');
    return { userId, connectionId };
  };
  const of = (booking: Booking) => (event: { readonly booking_id: string | null }) => event.booking_id === booking.booking_id;
  const booked = async (userId: string): Promise<Booking> => {
    const booking = await service.stack.book(userId, { conferencing: 'none' });
    await service.stack.probe.next(calendarEventCreated, of(booking));
    return booking;
  };
  const move = (booking: Booking) => service.stack.probe.publish(bookingRescheduled, { data: movedBooking(booking) });
  const disconnect = async ({ userId, connectionId }: Awaited<ReturnType<typeof account>>) => {
    service.stack.tokens.answer = (id) => (id === connectionId ? { failure: 'connection_not_found' } : service.stack.tokens.working());
    const ended = { user_id: userId, connection_id: connectionId, provider: 'google', type: 'calendar', reason: 'by_user' } as const;
    await service.stack.probe.publish(integrationDisconnected, { data: ended });
    const hasEnded = () => service.sql.query(`SELECT 1 FROM accounts WHERE id = $1 AND status = 'disconnected'`, [connectionId]);
    await waitFor(async () => ((await hasEnded()).rowCount === 1 ? true : undefined), 'the account to end');
  };
  const failed = (booking: Booking, reason: string) =>
    waitFor(async () => {
      const found = `SELECT 1 FROM bookings WHERE booking_id = $1 AND last_error = $2`;
      return (await service.sql.query(found, [booking.booking_id, reason])).rowCount === 0 ? undefined : true;
    }, `the failure ${reason}`);
  /** A booking as if it had been written into a calendar that the provider does not know any more. */
  const strayed = async (connectionId: string, userId: string): Promise<Booking> => {
    const booking = await booked(userId);
    await service.sql.query(
      `INSERT INTO bookings (id, booking_id, user_id, wanted, wanted_order, ends_at, connection_id, provider, calendar_id, event_id, wanted_revision,
         applied_revision)
       SELECT $1, $2, user_id, jsonb_set(wanted, '{booking_id}', to_jsonb($2::text)), wanted_order, ends_at, $4, provider, 'gone@example.com', 'e1', 1, 1
       FROM bookings WHERE booking_id = $3`,
      [randomUUID(), `${booking.booking_id}-strayed`, booking.booking_id, connectionId],
    );
    return { ...booking, booking_id: `${booking.booking_id}-strayed` };
  };

  it('is written into the calendar that its account has for bookings, where its own was deleted', async () => {
    const { userId, connectionId } = await account();
    const booking = await strayed(connectionId, userId);

    await move(booking);
    const created = await service.stack.probe.next(calendarEventCreated, of(booking));
    const gone = await service.stack.probe.next(calendarEventDeleted, of(booking));

    expect(created).toMatchObject({ connection_id: connectionId, calendar_id: 'olivia.organiser@example.com' });
    expect(gone).toMatchObject({ calendar_id: 'gone@example.com', event_id: 'e1' });
  });

  it('has the calendars listed while its calendar is still known, and goes on once that is not', async () => {
    const { userId, connectionId } = await account();
    const booking = await strayed(connectionId, userId);
    await service.sql.query(
      `INSERT INTO calendars (id, tenant_id, user_id, account_id, provider, remote_id, name, zone, is_primary, is_writable, is_selected, conflict_policy)
       VALUES ($1, 'default', $2, $3, 'google', 'gone@example.com', 'Gone', 'UTC', false, true, false, 'block')`,
      [randomUUID(), userId, connectionId],
    );
    const lists = () => service.stack.requests.filter(({ path }) => path.includes('/calendarList')).length;
    const before = lists();

    await move(booking);
    await waitFor(() => (lists() > before ? true : undefined), 'the calendars to be listed');
    await service.sql.query(`DELETE FROM calendars WHERE account_id = $1 AND remote_id = 'gone@example.com'`, [connectionId]);
    await service.stack.connectAccount(userId, connectionId);

    expect(await service.stack.probe.next(calendarEventCreated, of(booking))).toMatchObject({ calendar_id: 'olivia.organiser@example.com' });
  });

  it('goes on in another account where its own was disconnected; what was left there goes when that is connected again', async () => {
    const first = await account();
    const booking = await booked(first.userId);
    const other = await account(first.userId);
    await disconnect(first);

    await move(booking);
    const created = await service.stack.probe.next(calendarEventCreated, (event) => of(booking)(event) && event.connection_id !== first.connectionId);
    service.stack.tokens.answer = service.stack.tokens.working;
    await service.stack.connectAccount(first.userId, first.connectionId);
    const gone = await service.stack.probe.next(calendarEventDeleted, of(booking));

    expect([created.connection_id, gone.connection_id]).toEqual([other.connectionId, first.connectionId]);
    expect(created.event_id).not.toBe(gone.event_id);
  });

  it('waits where there is nowhere else, and then goes to whichever account is connected', async () => {
    const first = await account();
    const [one, two] = [await booked(first.userId), await booked(first.userId)];
    await disconnect(first);
    await move(one);
    await failed(one, 'connection_not_found');

    const other = await account(first.userId);
    const created = await service.stack.probe.next(calendarEventCreated, (event) => of(one)(event) && event.connection_id === other.connectionId);
    service.stack.tokens.answer = service.stack.tokens.working;
    await service.stack.connectAccount(first.userId, first.connectionId);
    await move(two);

    // What nothing is wanted of stays where it is.
    expect(created.event_id).not.toBeNull();
    expect(await service.stack.probe.next(calendarEventUpdated, of(two))).toMatchObject({ connection_id: first.connectionId });
  });
});
