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
  type ProcessEnd,
  type Stack,
  type StackOptions,
} from '@patchbay/local-stack';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetch } from 'undici';
import { startHabitualReceivers, timeoutSeconds, type HabitualReceiver } from './habits.js';
import type { ChaosOptions } from './options.js';
import { seededRandom } from './random.js';
import { Receiver } from './receiver.js';

/** An endpoint of somebody, as its owner sees it. */
export interface OwnedEndpoint {
  readonly client: PatchbayClient;
  readonly id: string;
  readonly name: string;
}

/** A stack of its own, with two replicas of `webhooks`, with people who have connected everything, and its far ends. */
export interface World {
  readonly stack: Stack;
  readonly sandbox: SandboxControl;
  readonly farEnd: FarEnd;
  readonly product: PatchbayClient;
  /** Whose bookings are the load. */
  readonly userIds: readonly string[];
  /** Whose bookings show whether work flows: their accounts are not at a provider's limit. */
  readonly canaryUserId: string;
  readonly canary: PatchbayClient;
  /** Every endpoint that is told of bookings. */
  readonly endpoints: readonly OwnedEndpoint[];
  /** They are told of all bookings of `userIds`. */
  readonly habitual: readonly HabitualReceiver[];
  /** Receivers for the jobs that make deliveries again. */
  readonly again: Readonly<Record<'replay' | 'recover', Receiver>>;
  /** Every end of a process so far, whoever brought it about. */
  readonly ends: readonly ProcessEnd[];
  /** What all receivers verify with. */
  readonly secret: string;
  readonly dataDir: string;
}

const receiver = 'chaos';

/** Waiting times that fit into a test; the ladder of production reaches past 72 hours. */
const retrySchedule = '1,1,2,2,3,3,5,5,5,5,5,5,5,5,5,5,5,5,5,5';

const patterns = ['booking_*', 'meeting_link_*', 'calendar_event_*'];

/** Starts everything and connects Google, Zoom and webhook endpoints for every development user: more people, fewer provider limits in the way. */
export async function startWorld(options: Pick<ChaosOptions, 'withoutOutbox' | 'seed'>, log: (line: string) => void): Promise<World> {
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  // Without the outbox one loss proves the point; what else goes wrong then is not looked at.
  const habitual = options.withoutOutbox ? [] : await startHabitualReceivers(secret, seededRandom(options.seed).branch('habits'));
  const again = { replay: await Receiver.start('replay', secret), recover: await Receiver.start('recover', secret) };
  const allowed = [...habitual.map(({ receiver: { host } }) => host), again.replay.host, again.recover.host];
  const ends: ProcessEnd[] = [];
  const stack = await startStackOf({ withoutOutbox: options.withoutOutbox, allowed, onEnd: (end) => void ends.push(end), log });
  try {
    const sandbox = new SandboxControl(stack.sandboxUrl);
    const [canary, ...others] = await issueDevelopmentTokens(stack.natsUrl);
    if (canary === undefined) throw new Error('unreachable: development has users');
    await sandbox.registerReceiver(receiver, secret);
    const settling = { stack, sandbox, secret };
    const endpoints = [await settle(canary, settling)];
    for (const user of others) {
      endpoints.push(await settle(user, settling));
      for (const { receiver: odd } of habitual)
        endpoints.push(
          await addEndpoint(clientOf(stack, user.token), { name: odd.name, webhook_url: odd.url, events: patterns, secret_key: secret }),
        );
    }
    const product = clientOf(stack, stack.secrets.serviceApiKey);
    const farEnd = new FarEnd(sandbox, receiver);
    const people = { userIds: others.map(({ id }) => id), canaryUserId: canary.id, canary: clientOf(stack, canary.token) };
    return { stack, sandbox, farEnd, product, ...people, endpoints, habitual, again, ends, secret, dataDir: stack.dataDir };
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

/** Stops all that was started. */
export async function stopWorld({ stack, habitual, again }: World): Promise<void> {
  await stack.stop();
  await Promise.all([...habitual.map(({ receiver: odd }) => odd), again.replay, again.recover].map((one) => one.stop()));
}

type Surroundings = Pick<StackOptions, 'onEnd' | 'log'> & { readonly withoutOutbox: boolean; readonly allowed: readonly string[] };

async function startStackOf({ withoutOutbox, allowed, ...listeners }: Surroundings): Promise<Stack> {
  const dataDir = mkdtempSync(join(tmpdir(), 'patchbay-chaos-'));
  // PostgreSQL's account must get into the folder; mkdtemp makes it for us alone.
  chmodSync(dataDir, 0o711);
  const ports = await freePorts();
  const env = {
    WEBHOOKS_RETRY_SCHEDULE_SECONDS: retrySchedule,
    WEBHOOKS_TIMEOUT_SECONDS: String(timeoutSeconds),
    WEBHOOKS_EGRESS_ALLOW: [`127.0.0.1:${ports.sandbox}`, ...allowed].join(','),
    OUTBOX_ENABLED: String(!withoutOutbox),
  };
  return startStack({ dataDir, ports, env, ...listeners, replicas: { webhooks: 2 } });
}

const clientOf = ({ gatewayUrl }: Stack, token: string): PatchbayClient => new PatchbayClient({ baseUrl: gatewayUrl, token, fetch });

interface NewEndpoint {
  readonly name: string;
  readonly webhook_url: string;
  readonly events: string[];
  readonly secret_key: string;
  readonly retry_failed?: boolean;
}

/** Adds an endpoint for the owner of these credentials. */
export async function addEndpoint(client: PatchbayClient, endpoint: NewEndpoint): Promise<OwnedEndpoint> {
  const { id, name } = await client.call(createWebhookEndpoint, endpoint);
  return { client, id, name };
}

type Settling = Pick<World, 'stack' | 'sandbox' | 'secret'>;

async function settle({ token, email }: DevelopmentToken, { stack, sandbox, secret }: Settling): Promise<OwnedEndpoint> {
  const client = clientOf(stack, token);
  const at = { client, gatewayUrl: stack.gatewayUrl, sandbox };
  await calendarAccountReady(client, await connectAccount(at, { provider: 'google', type: 'calendar', email }));
  await videoAccountReady(client, await connectAccount(at, { provider: 'zoom', type: 'video', email }));
  return addEndpoint(client, { name: email, webhook_url: `${stack.sandboxUrl}/receiver/${receiver}`, events: patterns, secret_key: secret });
}
