import { randomUUID } from 'node:crypto';
import { createWebhookEndpoint, listWebhookDeliveries, publishEvents, type OutputOf } from '@patchbay/contracts';
import { until, type Receiver } from './receiver.js';
import { aBooking, type TestWebhooks } from './start-webhooks.js';

type Delivery = OutputOf<typeof listWebhookDeliveries>['items'][number];

/** A user and one of the user's endpoints, at a path of its own. */
export interface Customer {
  readonly userId: string;
  readonly path: string;
  readonly endpoint: OutputOf<typeof createWebhookEndpoint>;
}

export async function customerOf(
  webhooks: TestWebhooks,
  receiver: Receiver,
  { userId = randomUUID(), ...changes }: { readonly userId?: string } & Readonly<Record<string, unknown>> = {},
): Promise<Customer> {
  const path = `/${randomUUID()}`;
  const input = { name: 'CRM', webhook_url: receiver.url(path), events: ['booking_*'], ...changes };
  const endpoint = await webhooks.ask(createWebhookEndpoint, input, userId);
  return { userId, path, endpoint };
}

/** @returns the id of the event. */
export async function publishBooking(webhooks: TestWebhooks, userId: string): Promise<string> {
  const { items } = await webhooks.ask(publishEvents, { id: randomUUID(), type: 'booking_created', data: aBooking(userId) });
  return items[0]?.id ?? '';
}

export const deliveriesTo = async (
  webhooks: TestWebhooks,
  { userId, endpoint }: Pick<Customer, 'userId' | 'endpoint'>,
): Promise<readonly Delivery[]> => (await webhooks.ask(listWebhookDeliveries, { id: endpoint.id }, userId)).items;

/** Waits until nothing is under way to a customer any more. */
export const finishedTo = (webhooks: TestWebhooks, customer: Pick<Customer, 'userId' | 'endpoint'>): Promise<readonly Delivery[]> =>
  until(
    () => deliveriesTo(webhooks, customer),
    (items) => items.length > 0 && items.every((item) => item.status !== 'pending'),
  );
