import { randomBytes } from 'node:crypto';
import type { InputOf, OutputOf, RequestContract } from '@patchbay/contracts';
import { createCaldavFake, createZoomFake, googleFakeClient, startFake, type CredentialsFake, type RunningFake } from '@patchbay/providers/testing';
import { BusTap, dumpDatabase, PlantedSecrets, startTraceCollector, type Leak } from '@patchbay/testing';
import { request } from 'undici';
import { startEchoingProxy, type EchoingProxy } from './echoing-proxy.js';
import type { TestUser } from './auth-stack.js';
import { startSignInStack, type SignInStack } from './sign-in-stack.js';

/** The service with a secret in every place where it keeps one, and an ear at every place where none may come out. */
export interface CanaryStack extends SignInStack {
  readonly secrets: PlantedSecrets;
  /** Stands before Zoom. */
  readonly proxy: EchoingProxy;
  readonly caldav: RunningFake<CredentialsFake>;
  readonly fernetKey: Buffer;
  readonly masterKeys: { readonly old: string; readonly fresh: string };
  readonly bus: BusTap;
  /** Asks, and keeps what the caller is told when it fails. */
  attempt<Contract extends RequestContract>(contract: Contract, input: InputOf<Contract>, user?: TestUser): Promise<OutputOf<Contract> | null>;
  /** Stops the replicas and looks everywhere; the rest of the stack stays. */
  leaks(): Promise<readonly Leak[]>;
}

/**
 * What may cross the bus between services, by request: what is asked with and what is answered. Everything else must carry no secret. A new line
 * here is a decision about security.
 */
const mayCross: Readonly<Record<string, { readonly asked?: readonly string[]; readonly answered?: readonly string[] }>> = {
  'auth.get-access-token': { asked: ['provider token'], answered: ['provider token'] },
  'auth.get-credentials': { answered: ['password'] },
  'auth.connect-with-credentials': { asked: ['password'] },
  'auth.import-connections': { asked: ['provider token', 'fernet token'] },
  'auth.start-connection': { answered: ['state'] },
  'auth.finish-connection': { asked: ['state', 'code'] },
  'auth.start-oauth': { answered: ['state', 'flow binding'] },
  'auth.finish-oauth': { asked: ['state', 'code', 'flow binding'], answered: ['session token'] },
  'auth.refresh-session': { asked: ['session token'], answered: ['session token'] },
  'auth.sign-out': { asked: ['session token'] },
  'auth.create-api-key': { answered: ['api key'] },
  'auth.authenticate-api-key': { asked: ['api key'] },
};

/** Starts it; always `stop()` it. */
export async function startCanaryStack(): Promise<CanaryStack> {
  const secrets = new PlantedSecrets();
  const secret = (kind: string, bytes: Buffer, text: string): string => {
    secrets.plant(kind, text.split(':').at(-1));
    secrets.plant(kind, bytes.toString('hex'));
    return text;
  };
  const aMasterKey = (id: string, bytes = randomBytes(32)): string => secret('master key', bytes, `${id}:${bytes.toString('base64')}`);
  const masterKeys = { old: aMasterKey('old'), fresh: aMasterKey('fresh') };
  const fernetKey = randomBytes(32);
  const aheadOf: { clock?: SignInStack['clock'] } = {};
  const now = (): Date => new Date(Date.now() + (aheadOf.clock?.aheadMs ?? 0));
  const [zoom, caldav, traces] = await Promise.all([startFake(createZoomFake({ now })), startFake(createCaldavFake({ now })), startTraceCollector()]);
  const proxy = await startEchoingProxy(zoom.url);
  const stack = await startSignInStack({
    TOKEN_MASTER_KEYS: masterKeys.old,
    SOCIAL_MEDIA_ENCRYPTION_KEY: secret('fernet key', fernetKey, fernetKey.toString('base64url')),
    ZOOM_API_BASE_URL: proxy.url,
    ZOOM_AUTH_BASE_URL: proxy.url,
    WEBHOOKS_EGRESS_ALLOW: new URL(caldav.url).host,
    OTEL_EXPORTER_OTLP_ENDPOINT: traces.url,
  });
  aheadOf.clock = stack.clock;
  for (const [name, value] of Object.entries(stack.environment)) if (/_SECRET$/.test(name)) secrets.plant('client secret', value);
  secrets.plant('client secret', googleFakeClient.clientSecret);
  const bus = await BusTap.open(stack.environment['NATS_URL'] ?? '');
  const told: string[] = [];
  const attempt: CanaryStack['attempt'] = (contract, input, user) =>
    stack.ask(contract, input, user).catch((error: unknown) => {
      const { message, stack: trace, details } = error as Error & { details?: unknown };
      told.push(JSON.stringify({ message, trace, details }));
      return null;
    });
  const harvest = (): void => {
    const bodies = [stack.google, stack.zoom, zoom, stack.discord, stack.github, stack.microsoft].flatMap(({ requests }) => requests);
    for (const { body, headers } of bodies) plantFromForm(secrets, body.toString('utf8'), headers['authorization']);
    for (const text of proxy.passed) plantFromAnswer(secrets, text);
  };
  const metrics: string[] = [];
  const leaks = async (): Promise<readonly Leak[]> => {
    for (const { healthPort } of stack.replicas) metrics.push(await (await request(`http://127.0.0.1:${healthPort}/metrics`)).body.text());
    await Promise.all(stack.replicas.splice(0).map((replica) => replica.stop()));
    await bus.flush();
    harvest();
    const dump = await dumpDatabase(stack.environment['DATABASE_URL'] ?? '');
    const sources = { logs: stack.logged, problems: told, traces: traces.received, metrics, bus: bus.crossings, tables: [...dump.values()] };
    for (const [name, { length }] of Object.entries(sources)) if (length === 0) throw new Error(`nothing was heard of ${name}`);
    return [
      ...secrets.search('logs', stack.logged.join('\n')),
      ...secrets.search('problems that callers saw', told.join('\n')),
      ...secrets.search('traces', traces.received.join('\n')),
      ...secrets.search('metrics', metrics.join('\n')),
      ...[...dump].flatMap(([table, rows]) => secrets.search(table, rows)),
      ...bus.crossings.flatMap(({ subject, isAnswer, text }) => {
        const may = mayCross[/^request\.(.*)\.v\d+$/.exec(subject)?.[1] ?? ''];
        return secrets.search(`${isAnswer ? 'answer to ' : ''}${subject}`, `${subject} ${text}`, isAnswer ? may?.answered : may?.asked);
      }),
    ];
  };
  const stop = async (): Promise<void> => {
    await bus.close();
    await stack.stop();
    await Promise.all([proxy.stop(), zoom.stop(), caldav.stop(), traces.stop()]);
  };
  return { ...stack, secrets, proxy, caldav, fernetKey, masterKeys, bus, attempt, leaks, stop };
}

const kindsOfFields: Readonly<Record<string, string>> = {
  code: 'code',
  code_verifier: 'pkce verifier',
  state: 'state',
  client_secret: 'client secret',
  access_token: 'provider token',
  refresh_token: 'provider token',
  token: 'provider token',
};

function plantFromForm(secrets: PlantedSecrets, body: string, authorization: string | undefined): void {
  for (const [name, value] of new URLSearchParams(body)) if (kindsOfFields[name] !== undefined) secrets.plant(kindsOfFields[name], value);
  if (authorization?.startsWith('Bearer ') === true) secrets.plant('provider token', authorization.slice('Bearer '.length));
}

function plantFromAnswer(secrets: PlantedSecrets, text: string): void {
  for (const [, name = '', value] of text.matchAll(/"(\w+)":\s*"([^"]+)"/g))
    if (kindsOfFields[name] === 'provider token') secrets.plant('provider token', value);
}
