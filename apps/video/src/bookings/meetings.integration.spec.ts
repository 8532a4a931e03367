import { jest } from '@jest/globals';
import {
  activityRecorded,
  bookingCancelled,
  bookingCreated,
  bookingRescheduled,
  integrationDisconnected,
  meetingLinkCreated,
  meetingLinkDeleted,
  meetingLinkOmitted,
  meetingLinkUpdated,
} from '@patchbay/contracts';
import { waitFor } from '@patchbay/testing';
import pg from 'pg';
import { aBooking, startVideoStack, type VideoStack } from '../testing/video-stack.js';

jest.setTimeout(60_000);

describe('meetings of bookings', () => {
  let stack: VideoStack;
  let sql: pg.Pool;

  beforeAll(async () => {
    stack = await startVideoStack();
    sql = new pg.Pool({ connectionString: stack.database.url, options: '-c search_path=video', max: 2 });
    sql.on('error', () => undefined);
  });
  afterAll(async () => {
    await sql.end();
    await stack.stop();
  });
  afterEach(() => {
    stack.faults.clear();
  });

  const rowOf = async (bookingId: string): Promise<Record<string, unknown>> =>
    (await sql.query<Record<string, unknown>>('SELECT * FROM bookings WHERE booking_id = $1', [bookingId])).rows[0] ?? {};
  const effects = async (bookingId: string, kind: string) => {
    const { id } = await rowOf(bookingId);
    return stack.ledger.entries({ provider: 'zoom', kind, key: String(id) });
  };
  const applied = (bookingId: string) =>
    waitFor(async () => {
      const row = await rowOf(bookingId);
      return row['wanted_revision'] === row['applied_revision'] && row['lease_token'] === null ? row : undefined;
    }, `${bookingId} to be settled`);
  const activeAccount = async () => {
    const account = await stack.connectAccount();
    await waitFor(
      async () => ((await sql.query('SELECT 1 FROM accounts WHERE id = $1', [account.connectionId])).rowCount === 1 ? true : undefined),
      'the account',
    );
    return account;
  };
  const moved = (booking: ReturnType<typeof aBooking>) => {
    const later = (time: string): string => new Date(Date.parse(time) + 3_600_000).toISOString();
    return {
      ...booking,
      start_time: later(booking.start_time),
      end_time: later(booking.end_time),
      previous_start_time: booking.start_time,
      previous_end_time: booking.end_time,
    };
  };

  it('a booking gets a meeting, which moves and goes with it', async () => {
    const { userId, connectionId } = await activeAccount();

    const booking = await stack.book(userId);
    const created = await stack.probe.next(meetingLinkCreated, ({ booking_id: id }) => id === booking.booking_id);
    await stack.probe.publish(bookingRescheduled, { data: moved(booking) });
    const updated = await stack.probe.next(meetingLinkUpdated, ({ booking_id: id }) => id === booking.booking_id);
    await stack.probe.publish(bookingCancelled, { data: { booking_id: booking.booking_id, organizer: booking.organizer } });
    await stack.probe.next(meetingLinkDeleted, ({ booking_id: id }) => id === booking.booking_id);

    expect(created).toMatchObject({ connection_id: connectionId, provider: 'zoom', join_url: expect.stringContaining('/j/') });
    expect(updated.join_url).toBe(created.join_url);
    for (const kind of ['meeting.created', 'meeting.updated', 'meeting.deleted']) expect(await effects(booking.booking_id, kind)).toHaveLength(1);
    const steps = stack.probe.seen(activityRecorded).filter(({ booking_id: id }) => id === booking.booking_id);
    expect(steps.map((step) => step.log_type)).toEqual(['video_link_created', 'video_link_updated', 'video_link_deleted']);
  });
});
