import type { BookingEffects } from '@patchbay/bookings';
import { ProviderError, type CalendarCapability } from '@patchbay/capabilities';
import type { Lease } from '@patchbay/database';
import type { EventRow } from './event-row.js';
import { StandingEvents } from './standing-events.js';

const bound = { connectionId: 'connection', provider: 'google', calendarId: 'bound' };
const now = new Date('2027-03-01T10:00:00Z');
const minutesAgo = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000);
const unavailable = new ProviderError('google', 'unavailable');

/** What each calendar beside the bound one answers when it is asked for the event. */
type Others = Readonly<Record<string, boolean | ProviderError>>;

const searchIn = (others: Others, known: Partial<EventRow> = {}) => {
  const deleted: string[] = [];
  const held: object[] = [];
  const names = Object.keys(others);
  const calendar: Pick<CalendarCapability, 'listCalendars' | 'holdsEvent' | 'deleteEvent'> = {
    listCalendars: async () => ['bound', ...names].map((id) => ({ id, name: id, timeZone: null, isPrimary: false, isWritable: id !== 'read-only' })),
    holdsEvent: async (_token, id) => {
      const answer = others[id] ?? false;
      if (typeof answer === 'boolean') return answer;
      throw answer;
    },
    deleteEvent: async (_token, id) => {
      deleted.push(id);
      return id !== 'bound';
    },
  };
  const row = { id: 'key', event_id: 'event', written_at: now, sought_since: null, ...known };
  const lease = { row, hold: async (set: object) => void held.push(set) } as unknown as Lease<EventRow>;
  const effects = { call: (_lease: unknown, _place: unknown, call: (asked: typeof calendar) => unknown) => call(calendar) };
  const standing = new StandingEvents(effects as unknown as BookingEffects<EventRow, 'calendar'>, () => now);
  return { deleted, held, removed: standing.remove(lease, bound).then((place) => place?.calendarId ?? null) };
};

describe('the search for an event that is not where it was written', () => {
  it('goes on after a copy of a guest, and after a calendar that cannot be asked', async () => {
    const { removed, deleted, held } = searchIn({ boss: false, broken: unavailable, 'read-only': true, work: true, later: true });

    expect(await removed).toBe('work');
    expect([deleted, held]).toEqual([['bound', 'work'], []]);
  });

  it.each([
    ['at first', null, [{ sought_since: now }]],
    ['for minutes', minutesAgo(4), []],
  ])('comes to nothing while a calendar cannot be asked: %s', async (_when, since, noted) => {
    const { removed, held } = searchIn({ broken: unavailable, work: false }, { sought_since: since });

    await expect(removed).rejects.toBe(unavailable);
    expect(held).toEqual(noted);
  });

  it('ends when a calendar cannot be asked for longer', async () => {
    expect(await searchIn({ broken: unavailable, work: false }, { sought_since: minutesAgo(5) }).removed).toBeNull();
  });

  it('ends where calendars plainly refuse, and not where the token is refused', async () => {
    const refused = new ProviderError('google', 'unauthorized');

    expect(await searchIn({ closed: new ProviderError('google', 'forbidden') }).removed).toBeNull();
    await expect(searchIn({ work: refused }, { sought_since: minutesAgo(60) }).removed).rejects.toBe(refused);
  });

  it('looks at what was only told of since before it goes', async () => {
    const told = { event_id: null };

    const { removed, deleted } = searchIn({ bound: false, work: false }, told);

    expect([await removed, deleted]).toEqual([null, []]);
    expect(await searchIn({ bound: false, work: true }, { ...told, written_at: null }).removed).toBe('work');
  });
});
