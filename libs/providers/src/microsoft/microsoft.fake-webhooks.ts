import type { FakeWebhookSender } from '../_kit/fake-webhooks.js';
import { graphClientState } from './microsoft.inbound.js';

const secret = 'sandbox-outlook-webhook-secret';
const channelId = '0198f2a4-0000-7000-8000-00000000c0de';
const lifecycleEvents: readonly string[] = ['reauthorizationRequired', 'subscriptionRemoved', 'missed'];

/** Microsoft Graph as the sender of notices about an Outlook calendar. It repeats the state that it was given with the subscription, and signs nothing. */
export const outlookFakeWebhooks: FakeWebhookSender = {
  provider: 'outlook',
  environment: { OUTLOOK_WEBHOOK_SECRET: secret },
  types: ['created', 'updated', 'deleted', ...lifecycleEvents],
  signsTime: false,
  sign: (type, { variant, id, body }) => {
    const right = graphClientState(variant === 'wrong_signature' ? 'another-secret-of-somebody' : secret, { provider: 'outlook', id: channelId });
    const clientState = variant === 'tampered' ? right.replace('c0de', 'beef') : right;
    const state = variant === 'unsigned' ? {} : { clientState };
    return {
      method: 'POST',
      path: '',
      query: {},
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: body ?? Buffer.from(JSON.stringify({ value: [{ ...noticeOf(type, id), ...state }] })),
    };
  },
};

const shared = {
  subscriptionId: '7f105c7d-2dc5-4530-97cd-4e7ae6534c07',
  subscriptionExpirationDateTime: '2026-12-04T16:00:00.0000000Z',
  tenantId: '84bd8158-6d4d-4958-8b9f-9d6445542f95',
};

const noticeOf = (type: string, id: string): object => {
  if (lifecycleEvents.includes(type)) return { ...shared, lifecycleEvent: type };
  const resource = `Users/ddfcd489-628b-40d7-b48b-57002df800e5/Events/${id}`;
  return {
    ...shared,
    changeType: type,
    resource,
    resourceData: { '@odata.type': '#Microsoft.Graph.Event', '@odata.id': resource, '@odata.etag': `W/"${id}"`, id },
  };
};
