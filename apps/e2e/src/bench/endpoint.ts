import { createWebhookEndpoint, deleteWebhookEndpoint } from '@patchbay/contracts';
import { PatchbayClient } from '@patchbay/api-client';
import { fetch } from 'undici';
import type { BenchStack } from './bench-stack.js';
import { eventType } from './webhook.js';

/** Adds the endpoint that every event of the benchmarks goes to. @returns its id. */
export async function addEndpoint(bench: BenchStack): Promise<string> {
  const endpoint = { name: 'benchmarks', webhook_url: bench.receiverUrl, events: [eventType] };
  return (await clientOf(bench).call(createWebhookEndpoint, endpoint)).id;
}

/** Whoever measures next adds one of its own: with two of them every event would be delivered twice. */
export async function removeEndpoint(bench: BenchStack, id: string): Promise<void> {
  await bench.stack.ready();
  await clientOf(bench).call(deleteWebhookEndpoint, { id });
}

const clientOf = ({ stack, user }: BenchStack): PatchbayClient => new PatchbayClient({ baseUrl: stack.gatewayUrl, token: user.token, fetch });
