import { connectToFake, fakePerson } from '../_kit/fake-connection.js';
import { googleFakeClient } from './google.fake-clients.js';
import { createGoogleFake } from './google.fake.js';
import { google } from './google.provider.js';

const credentials = { GOOGLE_CALENDAR_CLIENT_ID: googleFakeClient.clientId, GOOGLE_CALENDAR_CLIENT_SECRET: googleFakeClient.clientSecret };

const connect = () =>
  connectToFake(
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

describe("a calendar that is hidden in the list of Google's page", () => {
  let harness: Awaited<ReturnType<typeof connect>>;
  beforeEach(async () => (harness = await connect()));
  afterEach(() => harness.stop());
  const lists = async () => {
    const { calendar, calendarReading } = harness.capabilities;
    return [await calendar.listCalendars(harness.token), await calendarReading.listCalendars(harness.token)];
  };
  const workOf = async () => (await lists())[0]?.find(({ name }) => name === 'Work')?.id ?? '';

  it('is listed all the same, as a hidden one', async () => {
    const before = await lists();
    harness.running.fake.people.hideCalendar({ email: fakePerson, calendarId: await workOf() }, true);

    const after = await lists();

    expect(after).toEqual(before.map((list) => list.map((calendar) => (calendar.name === 'Work' ? { ...calendar, isHidden: true } : calendar))));
  });
});
