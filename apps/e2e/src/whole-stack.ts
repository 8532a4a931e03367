import { PatchbayClient } from '@patchbay/api-client';
import { createWebhookEndpoint } from '@patchbay/contracts';
import { calendarAccountReady, connectAccount, FarEnd, hours, SandboxControl, videoAccountReady, type DevelopmentToken } from '@patchbay/local-stack';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fetch } from 'undici';
import { callAt, signInAt, type RawAnswer, type RawCall } from './raw-calls.js';

export { cookiesOf, type RawAnswer, type RawCall } from './raw-calls.js';

/** The stack that start-stack.mjs started for all specs of this run. */
interface WholeStack {
  readonly gatewayUrl: string;
  readonly sandboxUrl: string;
  readonly natsUrl: string;
  readonly databaseUrl: string;
  readonly pidsFile: string;
  readonly users: readonly DevelopmentToken[];
  readonly serviceApiKey: string;
}

const facts = process.env['PATCHBAY_E2E_STACK'];
if (facts === undefined) throw new Error('No stack runs: start these specs with "npm run e2e -- <path>".');

export const stack = JSON.parse(facts) as WholeStack;
export const sandbox = new SandboxControl(stack.sandboxUrl);

const [firstUser, secondUser] = stack.users.filter(({ role }) => role === 'user');
const firstAdmin = stack.users.find(({ role }) => role === 'admin');
if (firstUser === undefined || secondUser === undefined || firstAdmin === undefined)
  throw new Error('unreachable: development has two users and an admin');
export const ada = firstUser;
export const grace = secondUser;
export const admin = firstAdmin;

export const clientOf = (token: string): PatchbayClient => new PatchbayClient({ baseUrl: stack.gatewayUrl, token, fetch });
export const product = clientOf(stack.serviceApiKey);

/** Kills a process of the stack as `kill -9` does; it is started again. */
export function killService(name: string): void {
  const pid = (JSON.parse(readFileSync(stack.pidsFile, 'utf8')) as Record<string, number>)[name];
  if (pid === undefined) throw new Error(`${name} does not run`);
  process.kill(pid, 'SIGKILL');
}

export const callRaw = (method: string, path: string, call: RawCall = {}): Promise<RawAnswer> => callAt(stack.gatewayUrl, { method, path, ...call });

/** Signs a person in as a browser does, at a provider's consent page; answers what the gateway said in the end. */
export const signIn = (provider: string, email: string): Promise<RawAnswer> =>
  signInAt({ gatewayUrl: stack.gatewayUrl, sandbox }, { provider, email });

/** Connects Google and Zoom for a person; answers the two connections' ids. */
export async function connectBoth({ token, email }: DevelopmentToken): Promise<{ readonly calendar: string; readonly video: string }> {
  const client = clientOf(token);
  const at = { client, gatewayUrl: stack.gatewayUrl, sandbox };
  const calendar = await connectAccount(at, { provider: 'google', type: 'calendar', email });
  const video = await connectAccount(at, { provider: 'zoom', type: 'video', email });
  await calendarAccountReady(client, calendar);
  await videoAccountReady(client, video);
  return { calendar, video };
}

/** An endpoint at the sandbox's receiver, which knows its secret. */
export async function addEndpoint({ token }: DevelopmentToken, events: string[] = ['*']): Promise<{ readonly id: string; readonly farEnd: FarEnd }> {
  const receiver = `e2e-${randomBytes(4).toString('hex')}`;
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  await sandbox.registerReceiver(receiver, secret);
  const endpoint = { name: receiver, webhook_url: `${stack.sandboxUrl}/receiver/${receiver}`, events, secret_key: secret };
  const { id } = await clientOf(token).call(createWebhookEndpoint, endpoint);
  return { id, farEnd: new FarEnd(sandbox, receiver) };
}

/** A name nobody else in this run uses. */
export const freshId = (word: string): string => `${word}-${randomBytes(4).toString('hex')}`;

/** Some day soon, on the minute. */
export const soon = (): number => Math.ceil((Date.now() + hours(72)) / 60_000) * 60_000;
