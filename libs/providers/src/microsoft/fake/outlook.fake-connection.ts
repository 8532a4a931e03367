import { connectToFake, fakePerson } from '../../_kit/fake-connection.js';
import { createMicrosoftFake, microsoftFakeClient } from '../microsoft.fake.js';
import { outlook } from '../outlook.provider.js';

/** Outlook's adapters at a running fake, with a person signed in. */
export const connectToOutlook = async () => {
  const connection = await connectToFake(
    {
      ...outlook,
      connect: (outbound, baseUrl) => {
        const config = outlook.config.parse({
          OUTLOOK_CLIENT_ID: microsoftFakeClient.clientId,
          OUTLOOK_CLIENT_SECRET: microsoftFakeClient.clientSecret,
          OUTLOOK_API_BASE_URL: baseUrl,
          OUTLOOK_AUTH_BASE_URL: baseUrl,
        });
        return outlook.connect({ config, outbound, userAimedOutbound: outbound, now: () => new Date() });
      },
    },
    createMicrosoftFake(),
    'calendar',
  );
  const { calendars } = connection.running.fake;
  const [team, mine, work] = calendars.ofAccount(fakePerson);
  if (team === undefined || mine === undefined || work === undefined) throw new Error('the fake has no calendars');
  const { calendar, calendarReading: reading, calendarEvents: events, calendarSharing: sharing } = connection.capabilities;
  const ids = { calendarId: mine.id, otherCalendarId: work.id, readOnlyCalendarId: team.id };
  return { ...connection, calendar, reading, events, sharing, calendars, ...ids };
};
