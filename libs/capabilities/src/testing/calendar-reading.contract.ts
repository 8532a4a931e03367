import { failureOf, failurePromises } from './situations.js';
import { aPlacedEvent, type CalendarReadingHarness, type ReadingTraits } from './calendar-reading-harness.js';
import { eventPromises } from './calendar-reading-events.js';
import { cursorPromises } from './calendar-reading-cursors.js';
import { mirrorOf, readFrom } from './calendar-mirror.js';

/** The promises in {@link CalendarReadingCapability}, checked against any provider that makes them. */
export const calendarReadingContract = (provider: string, traits: ReadingTraits, start: () => Promise<CalendarReadingHarness>): void => {
  describe(`${provider}: calendar reading`, () => {
    let harness: CalendarReadingHarness;
    beforeEach(async () => (harness = await start()));
    afterEach(() => harness.stop());
    const current = (): CalendarReadingHarness => harness;

    it('lists the calendars, the primary one first', async () => {
      const calendars = await harness.reading.listCalendars(harness.token);

      expect(calendars.map(({ isPrimary }) => isPrimary)).toEqual(calendars.map((_calendar, index) => index === 0));
      expect(new Set(calendars.map(({ id }) => id)).size).toBe(calendars.length);
    });

    cursorPromises(traits, current);
    eventPromises(traits, current);

    it('finds no calendar that does not exist', async () => {
      const failure = await failureOf(mirrorOf(harness, 'no-such-calendar@example.com').read());

      expect(failure).toMatchObject({ code: 'not_found', retryable: false });
    });

    it('tells everything once when an answer broke off in the middle', async () => {
      for (const title of ['A', 'B', 'C']) await harness.put(aPlacedEvent({ title }));
      harness.situations.cutAnswers(1);
      const mirror = mirrorOf(harness, harness.calendarId);

      await mirror.read();

      expect(mirror.titles()).toEqual(['A', 'B', 'C']);
    });

    it('says that an answer which always breaks off is unavailable, and nothing of its half', async () => {
      await harness.put(aPlacedEvent());
      harness.situations.cutAnswers(50);
      const mirror = mirrorOf(harness, harness.calendarId);

      expect(await failureOf(mirror.read())).toMatchObject({ code: 'unavailable', retryable: true });
      expect(mirror.pages).toEqual([]);
    });

    const begin = async (call: () => Promise<unknown>) => ({ situations: harness.situations, token: harness.token, call });
    failurePromises({ name: 'listing', revokedAs: traits.revokedAs, begin: () => begin(() => harness.reading.listCalendars(harness.token)) });
    failurePromises({ name: 'reading', revokedAs: traits.revokedAs, begin: () => begin(() => readFrom(harness, null)) });
  });
};
