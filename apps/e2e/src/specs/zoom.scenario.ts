import { connectToFake, createZoomFake, zoomFakeClient } from '@patchbay/providers/testing';
import { randomUUID } from 'node:crypto';
import { manifestOf } from './manifest.js';
import { expectRefusal, sender, takeExchanges, type Recording } from './scenario.js';

const zoom = manifestOf('zoom');

const connect = () =>
  connectToFake(
    {
      ...zoom,
      connect: (outbound, baseUrl) => {
        const config = zoom.config.parse({
          ZOOM_CLIENT_ID: zoomFakeClient.clientId,
          ZOOM_CLIENT_SECRET: zoomFakeClient.clientSecret,
          ZOOM_API_BASE_URL: baseUrl,
          ZOOM_AUTH_BASE_URL: baseUrl,
        });
        return zoom.connect({ config, outbound, userAimedOutbound: outbound, now: () => new Date() });
      },
    },
    createZoomFake(),
    'video',
  );

type Connection = Awaited<ReturnType<typeof connect>>;

/** Everything the Zoom adapters do, then what the fake answers beyond that. */
export const zoomScenario = async (): Promise<Recording> => {
  const connection = await connect();
  const take = takeExchanges(connection.running.exchanges);
  const signIn = take();
  try {
    await useMeetings(connection);
    const meant = take();
    await sendByHand(sender(connection.running.url, connection.token.value));
    const byHand = take();
    await meetFailures(connection);
    return { provider: 'zoom', byAdapters: [...signIn, ...meant, ...take()], byHand };
  } finally {
    await connection.stop();
  }
};

const aPlan = () => ({
  key: randomUUID(),
  title: 'Consultation',
  description: 'Bring the papers.',
  startTime: '2027-03-01T10:00:00+01:00',
  endTime: '2027-03-01T10:30:00+01:00',
  timeZone: 'Europe/Berlin',
});

const useMeetings = async ({ capabilities: { identity, video }, token }: Connection): Promise<void> => {
  await identity.getAccount(token);
  const plan = aPlan();
  const meeting = await video.createMeeting(token, plan);
  const long = await video.createMeeting(token, { ...aPlan(), title: 'T'.repeat(500), description: 'x'.repeat(5_000) });
  if ((await video.findMeeting(token, plan.key, plan.startTime)) === null) throw new Error('The scenario did not find its meeting again.');
  await video.findMeeting(token, randomUUID(), plan.startTime);
  await video.updateMeeting(token, meeting.id, {
    ...plan,
    startTime: '2027-03-02T09:00:00Z',
    endTime: '2027-03-02T10:00:00Z',
    description: undefined,
  });
  await video.deleteMeeting(token, meeting.id);
  await video.deleteMeeting(token, meeting.id);
  await video.deleteMeeting(token, long.id);
  await expectRefusal('not_found', () => video.updateMeeting(token, meeting.id, plan));
};

const meetFailures = async ({ capabilities: { identity, video }, token, running }: Connection): Promise<void> => {
  running.faults.failNext({ status: 429, count: 1, retryAfter: 1 });
  await identity.getAccount(token);
  running.faults.failNext({ status: 500, count: 1 });
  await video.findMeeting(token, randomUUID(), '2027-03-01T10:00:00Z');
  running.fake.limitDailyCalls(0);
  await expectRefusal('rate_limited', () => video.createMeeting(token, aPlan()));
  running.fake.expireTokens();
  await expectRefusal('unauthorized', () => video.createMeeting(token, aPlan()));
};

const sendByHand = async (send: ReturnType<typeof sender>): Promise<void> => {
  const settings = { host_video: true, waiting_room: false, auto_recording: 'cloud', alternative_hosts: '' };
  const { body } = await send('POST', '/v2/users/me/meetings', {
    topic: 'By hand',
    type: 2,
    start_time: '2027-05-01T10:00:00',
    timezone: 'America/New_York',
    settings,
  });
  const { id } = body as { readonly id: number };
  await send('POST', '/v2/users/me/meetings', { topic: 'At once', type: 1 });
  await send('POST', '/v2/users/me/meetings', { topic: 'Whenever', type: 3 });
  await send('GET', `/v2/meetings/${id}`);
  await send('GET', '/v2/meetings/1');
  await send('PATCH', `/v2/meetings/${id}`, { settings: { waiting_room: true } });
  await send('PATCH', `/v2/meetings/${id}`, { duration: 'long' });
  await send('GET', '/v2/users/me/meetings?type=upcoming&page_size=1');
  await send('GET', '/v2/users/nobody@example.com');
  await send('DELETE', `/v2/meetings/${id}`);
};
