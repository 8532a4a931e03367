import { calendarEventsContract, calendarSharingContract } from '@patchbay/capabilities/testing';
import { connectToFake, fakePerson } from '../_kit/fake-connection.js';
import { googleFakeClient } from './google.fake-clients.js';
import { createGoogleFake } from './google.fake.js';
import { google } from './google.provider.js';

const credentials = { GOOGLE_CALENDAR_CLIENT_ID: googleFakeClient.clientId, GOOGLE_CALENDAR_CLIENT_SECRET: googleFakeClient.clientSecret };

const connect = async () => {
  const connection = await connectToFake(
    {
      ...google,
      connect: (outbound, baseUrl) => {
        const config = google.config.parse({ ...credentials, GOOGLE_API_BASE_URL: baseUrl, GOOGLE_AUTH_BASE_URL: baseUrl });
        return google.connect({ config, outbound, userAimedOutbound: outbound, now: () => new Date() });
      },
    },
    createGoogleFake(),
    'calendar',
  );
  const { calendarEvents: events, calendarSharing: sharing, calendar } = connection.capabilities;
  const readOnly = (await calendar.listCalendars(connection.token)).find(({ isWritable }) => !isWritable);
  return { ...connection, events, sharing, calendarId: 'primary', readOnlyCalendarId: readOnly?.id ?? '' };
};

calendarEventsContract(
  'google',
  { reminders: 'several', hasDefaultReminders: true, makesConferences: true, floats: false, hasReadOnlyCalendars: true },
  async () => {
    const connection = await connect();
    const { people } = connection.running.fake;
    return {
      ...connection,
      respond: (id, email, response) => people.answer({ email: fakePerson, calendarId: 'primary', id, guest: email, response }),
    };
  },
);

calendarSharingContract('google', async () => {
  const connection = await connect();
  return {
    ...connection,
    roles: ['free_busy', 'reader', 'writer', 'owner'],
    refusedEmail: 'not-an-address',
    shortenPages: () => connection.running.fake.setEventsPerPageMax(2),
  };
});
