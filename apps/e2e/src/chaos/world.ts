import { PatchbayClient } from '@patchbay/api-client';
import { createWebhookEndpoint } from '@patchbay/contracts';
import {
  calendarAccountReady,
  connectAccount,
  FarEnd,
  freePorts,
  issueDevelopmentTokens,
  SandboxControl,
  startStack,
  videoAccountReady,
  type DevelopmentToken,
  type Stack,
} from '@patchbay/local-stack';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetch } from 'undici';

/** A stack of its own with people who have connected everything, and its far ends. */
export interface World {
  readonly stack: Stack;
  readonly sandbox: SandboxControl;
  readonly farEnd: FarEnd;
  readonly product: PatchbayClient;
  /** Whose bookings are the load. */
  readonly userIds: readonly string[];
  /** Whose bookings show whether work flows: their accounts are not at a provider's limit. */
  readonly canaryUserId: string;
  readonly dataDir: string;
}

const receiver = 'chaos';

/** Waiting times that fit into a test; the ladder of production reaches past 72 hours. */
const retrySchedule = '1,1,2,2,3,3,5,5,5,5,5,5,5,5,5,5,5,5,5,5';

/** Starts everything and connects Google, Zoom and a webhook endpoint for every development user: more people, fewer provider limits in the way. */
export async function startWorld({ withoutOutbox }: { readonly withoutOutbox: boolean }, log: (line: string) => void): Promise<World> {
  const dataDir = mkdtempSync(join(tmpdir(), 'patchbay-chaos-'));
  // PostgreSQL's account must get into the folder; mkdtemp makes it for us alone.
  chmodSync(dataDir, 0o711);
  const env = { WEBHOOKS_RETRY_SCHEDULE_SECONDS: retrySchedule, OUTBOX_ENABLED: String(!withoutOutbox) };
  const stack = await startStack({ dataDir, ports: await freePorts(), env, log });
  try {
    const sandbox = new SandboxControl(stack.sandboxUrl);
    const users = await issueDevelopmentTokens(stack.natsUrl);
    const secret = `whsec_${randomBytes(32).toString('base64')}`;
    await sandbox.registerReceiver(receiver, secret);
    for (const user of users) await settle(user, { stack, sandbox, secret });
    const product = new PatchbayClient({ baseUrl: stack.gatewayUrl, token: stack.secrets.serviceApiKey, fetch });
    const farEnd = new FarEnd(sandbox, receiver);
    const [canaryUserId = '', ...userIds] = users.map(({ id }) => id);
    return { stack, sandbox, farEnd, product, userIds, canaryUserId, dataDir };
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

type Settling = Pick<World, 'stack' | 'sandbox'> & { readonly secret: string };

async function settle({ token, email }: DevelopmentToken, { stack, sandbox, secret }: Settling): Promise<void> {
  const client = new PatchbayClient({ baseUrl: stack.gatewayUrl, token, fetch });
  const at = { client, gatewayUrl: stack.gatewayUrl, sandbox };
  await calendarAccountReady(client, await connectAccount(at, { provider: 'google', type: 'calendar', email }));
  await videoAccountReady(client, await connectAccount(at, { provider: 'zoom', type: 'video', email }));
  await client.call(createWebhookEndpoint, {
    name: 'Chaos',
    webhook_url: `${stack.sandboxUrl}/receiver/${receiver}`,
    events: ['booking_*', 'meeting_link_*', 'calendar_event_*'],
    secret_key: secret,
  });
}
