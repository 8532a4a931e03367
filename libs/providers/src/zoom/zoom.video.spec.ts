import { randomUUID } from 'node:crypto';
import { aMeetingPlan, identityContract, oauthContract, videoContract } from '@patchbay/capabilities/testing';
import { connectToFake, fakePerson } from '../_kit/fake-connection.js';
import { createZoomFake, zoomFakeClient } from './zoom.fake.js';
import { zoom } from './zoom.provider.js';

const credentials = { ZOOM_CLIENT_ID: zoomFakeClient.clientId, ZOOM_CLIENT_SECRET: zoomFakeClient.clientSecret };

const connect = async (suffix = '') => {
  const connection = await connectToFake(
    {
      ...zoom,
      connect: (outbound, baseUrl) => {
        const config = zoom.config.parse({ ...credentials, ZOOM_API_BASE_URL: `${baseUrl}${suffix}`, ZOOM_AUTH_BASE_URL: baseUrl });
        return zoom.connect({ config, outbound, userAimedOutbound: outbound, now: () => new Date() });
      },
    },
    createZoomFake(),
    'video',
  );
  const seen = () =>
    (connection.running.fake.accounts().find(({ email }) => email === fakePerson)?.collections[0]?.items ?? []).map(({ id, title, starts }) => ({
      id,
      title,
      startTime: starts ?? '',
    }));
  return { ...connection, ...connection.capabilities, seen, requestCount: () => connection.running.requests.length, email: fakePerson };
};

videoContract('zoom', () => connect());
identityContract('zoom', () => connect());
oauthContract('zoom', () => {
  const outbound = {
    fetch: () => {
      throw new Error('no call is expected');
    },
  };
  const { oauth } = zoom.connect({ config: zoom.config.parse(credentials), outbound, userAimedOutbound: outbound, now: () => new Date() });
  return { oauth, types: zoom.types };
});

describe('zoom: video, beyond the contract', () => {
  let harness: Awaited<ReturnType<typeof connect>>;
  // Zoom's documents count /v2 to the base URL; both spellings lead to the same place.
  beforeEach(async () => (harness = await connect('/v2/')));
  afterEach(() => harness.stop());
  const create = (plan: ReturnType<typeof aMeetingPlan>) => harness.video.createMeeting(harness.token, plan);

  it('finds a meeting behind the first page, and with a description that a list cuts off', async () => {
    // Made by hand: 300 creations through the adapter would wait for its own limit of 20 a second.
    for (let number = 0; number < 301; number += 1) await post({ topic: `Meeting ${number}`, start_time: '2027-03-01T09:00:00Z' });
    const plan = aMeetingPlan({ startTime: '2027-04-01T10:00:00Z', endTime: '2027-04-01T11:00:00Z', description: 'x'.repeat(5_000) });
    const meeting = await create(plan);

    expect(await harness.video.findMeeting(harness.token, plan.key, plan.startTime)).toEqual(meeting);
    expect(harness.running.requests.filter(({ query }) => query.has('next_page_token'))).toHaveLength(1);
  });

  it('says when the daily limit of a person ends', async () => {
    harness.running.fake.limitDailyCalls(0);

    await expect(create(aMeetingPlan())).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: expect.any(Number), outcomeUnknown: false });
  });

  it('reports a field that Zoom refuses as an invalid request', async () => {
    const meeting = await create(aMeetingPlan());

    await expect(harness.video.updateMeeting(harness.token, meeting.id, aMeetingPlan({ timeZone: 'Not/AZone' }))).rejects.toMatchObject({
      code: 'invalid_request',
      reason: '300',
    });
  });

  it('keeps an id inside its own path segment', async () => {
    const meeting = await create(aMeetingPlan());

    await expect(harness.video.updateMeeting(harness.token, `../users/me?x=${randomUUID()}`, aMeetingPlan())).rejects.toMatchObject({
      retryable: false,
    });

    expect(harness.seen().map(({ id }) => id)).toEqual([meeting.id]);
  });

  const post = async (body: object) => {
    const { request } = await import('undici');
    const headers = { authorization: `Bearer ${harness.token.value}`, 'content-type': 'application/json' };
    const answer = await request(`${harness.running.url}/v2/users/me/meetings`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ type: 2, ...body }),
    });
    await answer.body.dump();
  };
});
