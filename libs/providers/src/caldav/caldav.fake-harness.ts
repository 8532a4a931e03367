import {
  tokenOfCredentials,
  type CalendarCapability,
  type CalendarEventsCapability,
  type CalendarReadingCapability,
  type ProviderContext,
} from '@patchbay/capabilities';
import type { CalendarEventsTraits, CalendarReadingHarness, ReadingTraits } from '@patchbay/capabilities/testing';
import { connectToCredentialsFake, type CheckableProvider, type CredentialsConnection } from '../_kit/fake-credentials.js';
import { createOutbound } from '../_kit/outbound.js';
import { inProcessRateLimiter } from '../_kit/rate-limiter.js';
import { undiciTransport } from '../_kit/transport.js';
import type { CaldavFake } from './caldav.fake.js';
import { calendarOnlookers, type CalendarOnlookers } from './caldav.fake-guests.js';
import { calendarPerson, type CalendarHabits } from './caldav.fake-people.js';

/** What every CalDAV server can do. */
export const caldavTraits: ReadingTraits = {
  series: 'masters',
  isOneResource: false,
  hasPages: true,
  resumesMidway: true,
  readsByVersion: true,
  forgetsCursors: true,
  hasSeveralCalendars: true,
  knowsResponses: true,
  isWritable: true,
};

/** What events over CalDAV can have. */
export const caldavEventsTraits: CalendarEventsTraits = {
  reminders: 'several',
  hasDefaultReminders: false,
  makesConferences: false,
  floats: true,
  hasReadOnlyCalendars: true,
};

/** What is written with. */
interface WrittenCalendars {
  readonly calendar: CalendarCapability;
  readonly calendarEvents: CalendarEventsCapability;
}

const person = 'olivia.organiser@example.com';

/** A manifest, as far as calendars are read with it. */
type ReadableProvider = Omit<CheckableProvider, 'connect'> & {
  connect(
    context: ProviderContext<unknown>,
  ): ReturnType<CheckableProvider['connect']> & WrittenCalendars & { readonly calendarReading: CalendarReadingCapability };
};

/** An account that is read and written. */
export type WritingHarness = CalendarReadingHarness &
  CalendarHabits &
  CalendarOnlookers & {
    readonly calendar: CalendarCapability;
    readonly events: CalendarEventsCapability;
    readonly readOnlyCalendarId: string;
  };

/** An account on our server in memory, and its owner with a calendar program beside us. */
export const connectToCaldavFake = async (
  provider: ReadableProvider,
  connection: Omit<CredentialsConnection, 'fake'> & { readonly fake: CaldavFake },
): Promise<WritingHarness & { readonly running: Awaited<ReturnType<typeof connectToCredentialsFake>>['running'] }> => {
  const { fake } = connection;
  const opened = await connectToCredentialsFake(provider, connection);
  const transport = undiciTransport();
  const clock = { now: () => new Date(), sleep: async () => {} };
  // The fake's limits are not what is tried here.
  const limits = { provider: { limit: 100_000, perMs: 1_000 }, account: { limit: 100_000, perMs: 1_000 } };
  const outbound = createOutbound({ provider: provider.id, limits, transport, limiter: inProcessRateLimiter(), clock });
  const config = provider.config.parse(connection.environment(opened.running.url));
  const {
    calendar,
    calendarEvents: events,
    calendarReading: reading,
  } = provider.connect({ config, outbound, userAimedOutbound: outbound, now: clock.now });
  const typed = fake.credentialsOf(person, opened.running.url);
  const token = tokenOfCredentials(typed, 'connection-1');
  const calendars = await reading.listCalendars(token);
  const [work, other] = calendars;
  if (work === undefined || other === undefined) throw new Error('expected two calendars');
  const owner = { username: typed['username'] ?? '', password: typed['password'] ?? '', email: person, calendarUrl: work.id };
  return {
    reading,
    token,
    calendarId: work.id,
    otherCalendarId: other.id,
    calendar,
    events,
    readOnlyCalendarId: calendars.find(({ isWritable }) => !isWritable)?.id ?? '',
    situations: { ...opened.situations, cutAnswers: opened.running.faults.cutAnswers },
    ...calendarPerson(owner),
    ...calendarOnlookers(owner),
    expireCursors: () => void (fake.calendars.age += 1),
    shortenPages: () => void (fake.calendars.changesMax = 2),
    running: opened.running,
    stop: async () => {
      await opened.stop();
      await transport.close();
    },
  };
};
