import type { AccessToken, CalendarCapability, CalendarEventsCapability } from '@patchbay/capabilities';
import { aDraft, anEvent, failureOf } from '@patchbay/capabilities/testing';
import { randomUUID } from 'node:crypto';
import { connectToFake } from './_kit/fake-connection.js';
import type { RunningFake } from './_kit/fake-server.js';
import type { ProviderFake } from './_kit/fake.js';
import { connectToCaldavFake } from './caldav/caldav.fake-harness.js';
import { createCaldavFake } from './caldav/caldav.fake.js';
import { caldav } from './caldav/caldav.provider.js';
import { googleFakeClient } from './google/google.fake-clients.js';
import { createGoogleFake } from './google/google.fake.js';
import { google } from './google/google.provider.js';
import { connectToOutlook } from './microsoft/fake/outlook.fake-connection.js';

interface Harness {
  readonly running: RunningFake<ProviderFake>;
  readonly calendar: CalendarCapability;
  readonly events: CalendarEventsCapability;
  readonly token: AccessToken;
  readonly calendarId: string;
  stop(): Promise<void>;
}

const credentials = { GOOGLE_CALENDAR_CLIENT_ID: googleFakeClient.clientId, GOOGLE_CALENDAR_CLIENT_SECRET: googleFakeClient.clientSecret };
const connectToGoogle = async (): Promise<Harness> => {
  const connect = (outbound: Parameters<typeof google.connect>[0]['outbound'], baseUrl: string) => {
    const config = google.config.parse({ ...credentials, GOOGLE_API_BASE_URL: baseUrl, GOOGLE_AUTH_BASE_URL: baseUrl });
    return google.connect({ config, outbound, userAimedOutbound: outbound, now: () => new Date() });
  };
  const connection = await connectToFake({ ...google, connect }, createGoogleFake(), 'calendar');
  const { calendar, calendarEvents: events } = connection.capabilities;
  return { ...connection, calendar, events, calendarId: 'primary' };
};
const connectToCaldav = (): Promise<Harness> => connectToCaldavFake(caldav, { fake: createCaldavFake(), environment: () => ({}), wrong: {} });

/** Outlook answers the same event once more; at the others what stands there is looked at, for it may be of somebody else. */
const providers: readonly (readonly [string, () => Promise<Harness>, { readonly looksAfterwards: boolean }])[] = [
  ['google', connectToGoogle, { looksAfterwards: true }],
  ['outlook', connectToOutlook, { looksAfterwards: false }],
  ['caldav', connectToCaldav, { looksAfterwards: true }],
];
const isWrite = ({ method, path }: { readonly method: string; readonly path: string }): boolean =>
  method === 'PUT' || method === 'PATCH' || (method === 'POST' && /\/events$|\/\$batch$/.test(path));

/** The first write is executed and its answer lost; from then on there is no more than refusals, of everything or only of what is asked. */
const loseAnswerThenRefuse = ({ fake, faults }: Harness['running'], refused: 'everything' | 'questions'): void => {
  const handle = fake.handle.bind(fake);
  let isLost = false;
  fake.handle = async (request) => {
    const answer = await handle(request);
    if (isLost || !isWrite(request)) return answer;
    isLost = true;
    const methods = refused === 'everything' ? [undefined] : ['GET', 'REPORT', 'PROPFIND'];
    for (const method of methods) faults.failNext({ status: 429, count: 50, retryAfter: 3_600, ...(method !== undefined && { match: { method } }) });
    return { ...answer, body: 'the answer breaks off', breaksOff: true };
  };
};

describe.each(providers)('%s: a write that took effect although its answer was lost', (_provider, connect, { looksAfterwards }) => {
  let harness: Harness;
  beforeEach(async () => (harness = await connect()));
  afterEach(() => harness.stop());
  const unknown = { code: 'rate_limited', retryAfterMs: 3_600_000, outcomeUnknown: true };
  const draft = (title: string) => ({ key: randomUUID(), draft: aDraft({ title }) });

  it.each([
    ['the event of a booking', (to: Harness) => to.calendar.createEvent(to.token, to.calendarId, anEvent())],
    ['an event', (to: Harness) => to.events.createEvent(to.token, to.calendarId, draft('New'))],
  ])('is not taken for one that took none: %s', async (_what, write) => {
    loseAnswerThenRefuse(harness.running, 'everything');

    expect(await failureOf(write(harness))).toMatchObject(unknown);
  });

  it('is not taken for one that took none when it can only not be looked at', async () => {
    for (const write of [
      () => harness.calendar.createEvent(harness.token, harness.calendarId, anEvent()),
      () => harness.events.createEvent(harness.token, harness.calendarId, draft('New')),
    ]) {
      loseAnswerThenRefuse(harness.running, 'questions');
      const failure = await write().then(
        () => null,
        (error: unknown) => error,
      );
      harness.running.faults.clear();
      expect(failure).toEqual(looksAfterwards ? expect.objectContaining(unknown) : null);
    }
  });

  it('is not taken for one that took none among several', async () => {
    loseAnswerThenRefuse(harness.running, 'everything');

    const outcomes = await harness.events.writeEvents(harness.token, harness.calendarId, [{ kind: 'create', ...draft('New') }]);

    expect(outcomes).toEqual([{ error: expect.objectContaining(unknown) }]);
  });
});
