import { randomUUID } from 'node:crypto';
import { listReceivedWebhooks, receiveProviderWebhook, replayReceivedWebhook, type EventOf, type providerPushReceived } from '@patchbay/contracts';
import { googleFakeWebhooks, outlookFakeWebhooks, zoomFakeWebhooks, type FakeWebhookSender } from '@patchbay/providers/testing';
import { until } from '../testing/receiver.js';
import { startWebhooks, type TestWebhooks } from '../testing/start-webhooks.js';

const url = 'https://patchbay.example.com/api/v1/ingress/google';
const senders = { google: googleFakeWebhooks, outlook: outlookFakeWebhooks };
/** The channel that the fakes' webhooks come by. */
const channelId = '0198f2a4-0000-7000-8000-00000000c0de';

describe('webhooks that come by a channel of ours', () => {
  let webhooks: TestWebhooks;

  beforeAll(async () => {
    const environment = { ...googleFakeWebhooks.environment, ...outlookFakeWebhooks.environment, ...zoomFakeWebhooks.environment };
    webhooks = await startWebhooks(environment);
  });
  afterAll(() => webhooks.stop());

  const send = async (sender: FakeWebhookSender, type: string, id: string = randomUUID()): Promise<number> => {
    const { body, ...call } = await sender.sign(type, { id, variant: 'right', now: new Date(), url, apiBaseUrl: url });
    return (await webhooks.ask(receiveProviderWebhook, { provider: sender.provider, ...call, body_base64: body.toString('base64') })).status;
  };
  type Push = EventOf<typeof providerPushReceived>['data'];
  const pushes = async (): Promise<readonly Push[]> => {
    const { rows } = await webhooks.sql.query<{ payload: string }>(
      `SELECT payload FROM outbox WHERE subject = 'event.provider_push_received.v1' ORDER BY created_at, id`,
    );
    return rows.map(({ payload }) => (JSON.parse(payload) as { data: Push }).data);
  };
  const fresh = async (work: () => Promise<unknown>, count: number): Promise<readonly Push[]> => {
    const before = (await pushes()).length;
    await work();
    return (await until(pushes, (found) => found.length >= before + count)).slice(before);
  };

  it.each([
    ['google', 'exists', 'changed'],
    ['outlook', 'updated', 'changed'],
    ['outlook', 'missed', 'changed'],
    ['outlook', 'reauthorizationRequired', 'ending'],
    ['outlook', 'subscriptionRemoved', 'ended'],
  ] as const)('are told to whoever opened it: %s %s', async (provider, type, news) => {
    const told = await fresh(() => send(senders[provider], type), 1);

    expect(told).toEqual([{ received_id: expect.any(String), provider, channel_id: channelId, news }]);
  });

  it('are told once when they come twice', async () => {
    const id = randomUUID();
    const told = await fresh(async () => {
      await send(googleFakeWebhooks, 'exists', id);
      await send(googleFakeWebhooks, 'exists', id);
      await send(googleFakeWebhooks, 'exists');
    }, 2);

    expect(told).toHaveLength(2);
  });

  it('are told once more when an operator asks for that', async () => {
    await fresh(() => send(outlookFakeWebhooks, 'subscriptionRemoved'), 1);
    const [one] = (await webhooks.ask(listReceivedWebhooks, { limit: 1 })).items;

    const told = await fresh(() => webhooks.ask(replayReceivedWebhook, { id: one?.id ?? '' }), 1);

    expect(told).toEqual([{ received_id: one?.id, provider: 'outlook', channel_id: channelId, news: 'ended' }]);
  });

  it('are no others: what comes without a channel is told to nobody in particular', async () => {
    const told = await fresh(async () => {
      await send(zoomFakeWebhooks, 'meeting.ended');
      await send(googleFakeWebhooks, 'exists');
    }, 1);

    expect(told.map(({ provider }) => provider)).toEqual(['google']);
  });
});
