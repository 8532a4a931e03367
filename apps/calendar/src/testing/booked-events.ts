import { randomUUID } from 'node:crypto';
import type { CalendarTime, SourceEvent } from '@patchbay/capabilities';
import type { BookingChangePolicy } from '@patchbay/contracts';
import { waitFor } from '@patchbay/testing';
import { anEvent, type FakeCalendars } from './calendars.fake.js';
import type { SyncBench } from './sync-bench.js';

/** Some hour of the first of December, in UTC. */
export const hourOf = (hour: number): { readonly start: CalendarTime; readonly end: CalendarTime } => ({
  start: { dateTime: `2026-12-01T${String(hour).padStart(2, '0')}:00:00`, timeZone: 'UTC' },
  end: { dateTime: `2026-12-01T${String(hour + 1).padStart(2, '0')}:00:00`, timeZone: 'UTC' },
});
export const momentOf = (hour: number): string => `2026-12-01T${String(hour).padStart(2, '0')}:00:00.000Z`;

/** A booking whose event stands in a calendar, as it was written at a time. */
export interface BookedEvent {
  readonly id: string;
  readonly bookingId: string;
  readonly accountId: string;
}

/** Bookings and their events, without the work that writes them. */
export class BookedEvents {
  constructor(private readonly bench: SyncBench) {}

  /** An account with a calendar in which a booking of some hour stands, written and read a while ago. */
  async book(calendarId: string, hour: number): Promise<BookedEvent> {
    const accountId = await this.bench.connect({ id: calendarId, name: calendarId, timeZone: 'UTC', isPrimary: true, isWritable: true });
    const booked = await this.add(accountId, { calendarId, hour });
    await this.bench.sync(accountId);
    this.bench.time.now = new Date(this.bench.time.now.getTime() + 120_000);
    return booked;
  }

  /** One more booking in a calendar, which is not read yet. */
  async add(accountId: string, { calendarId, hour }: { readonly calendarId: string; readonly hour: number }): Promise<BookedEvent> {
    const id = randomUUID();
    const wanted = {
      booking_id: `bk_${id}`,
      organizer: { user_id: id },
      attendees: [],
      title: 'Demo',
      start_time: momentOf(hour),
      end_time: momentOf(hour + 1),
      time_zone: 'UTC',
      conferencing: 'none',
    };
    const times = { start: wanted.start_time, end: wanted.end_time };
    await this.bench.query(
      `INSERT INTO bookings (id, booking_id, user_id, wanted, wanted_order, ends_at, connection_id, provider, calendar_id, event_id, wanted_revision,
         applied_revision, written_at, written)
       SELECT $1::uuid, $2, user_id, jsonb_set($3, '{organizer,user_id}', to_jsonb(user_id)), '', $4, id, 'google', $5, $1::uuid::text, 1, 1, $6, $7 FROM accounts WHERE id = $8`,
      [id, wanted.booking_id, JSON.stringify(wanted), times.end, calendarId, this.bench.time.now, JSON.stringify(times), accountId],
    );
    this.bench.provider.put(calendarId, this.event(id, hour));
    return { id, bookingId: wanted.booking_id, accountId };
  }

  /** The event of a booking as the provider has it. */
  event(id: string, hour: number, change: Partial<SourceEvent> = {}): SourceEvent {
    return anEvent(id, { key: id, title: 'Demo', ...hourOf(hour), ...change });
  }

  async row(id: string): Promise<Readonly<Record<string, unknown>>> {
    const [row] = await this.bench.query<Record<string, unknown>>(`SELECT * FROM bookings WHERE id = $1`, [id]);
    return row ?? {};
  }

  setPolicy(accountId: string, policy: BookingChangePolicy): Promise<unknown> {
    return this.bench.query(`UPDATE accounts SET booking_change_policy = $2 WHERE id = $1`, [accountId, policy]);
  }

  /** What was announced of bookings: what changed, from when to when, and what was done. */
  async detected(): Promise<readonly string[]> {
    const announced = await this.bench.announced('booking_change_detected');
    return announced.map((event) => [event['change'], hourIn(event['previous_start_time']), hourIn(event['start_time']), event['action']].join(' '));
  }

  /** As if our work had written the event as it is wanted. */
  async writeAgain(provider: FakeCalendars, { id, calendarId, hour }: { readonly id: string; readonly calendarId: string; readonly hour: number }) {
    await waitFor(async () => ((await this.row(id))['wanted_revision'] !== (await this.row(id))['applied_revision'] ? true : undefined), 'a wish');
    await this.bench.query(
      `UPDATE bookings SET applied_revision = wanted_revision, written_before = announced, announced = NULL, written_at = $2 WHERE id = $1`,
      [id, this.bench.time.now],
    );
    provider.put(calendarId, this.event(id, hour));
  }
}

const hourIn = (moment: unknown): string => (typeof moment === 'string' ? String(new Date(moment).getUTCHours()) : '-');
