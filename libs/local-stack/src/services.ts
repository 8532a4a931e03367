import { join } from 'node:path';
import { repositoryRoot } from './data-dir.js';
import { httpStatus } from './http-status.js';
import type { PortName, StackPorts } from './ports.js';
import { providerEnvironment } from './provider-environment.js';
import type { StackSecrets } from './secrets.js';
import type { ProcessSpec } from './supervised-process.js';

/** Every process of Patchbay that `npm start` runs, besides PostgreSQL and NATS. */
export const serviceNames = ['sandbox', 'auth', 'calendar', 'video', 'webhooks', 'gateway'] as const;

/** One of Patchbay's processes. */
export type ServiceName = (typeof serviceNames)[number];

/** What a service's environment is made from. */
export interface ServiceSurroundings {
  readonly ports: StackPorts;
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly secrets: StackSecrets;
  /** Variables of the person who started us; only a chosen few reach the services. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Variables that win over everything; a test's way to change one thing. */
  readonly overrides: Readonly<Record<string, string>>;
}

const healthPorts: Readonly<Record<ServiceName, PortName>> = {
  sandbox: 'sandboxHealth',
  auth: 'authHealth',
  calendar: 'calendarHealth',
  video: 'videoHealth',
  webhooks: 'webhooksHealth',
  gateway: 'gatewayHealth',
};

/** The ports a service listens on. */
export function portsOfService(name: ServiceName): readonly PortName[] {
  const own: readonly PortName[] = name === 'gateway' || name === 'sandbox' ? [name] : [];
  return [...own, healthPorts[name]];
}

/** The internal URL of a service, for `/health/live`, `/health/ready` and `/metrics`. */
export const internalUrlOf = (name: ServiceName, ports: StackPorts): string => `http://127.0.0.1:${ports[healthPorts[name]]}`;

/** A service that may run more than once here; the others listen on a port by which they are known. */
export type ReplicatedService = Exclude<ServiceName, 'gateway' | 'sandbox'>;

/** One of several processes of a service. */
export interface Replica {
  readonly service: ReplicatedService;
  /** The first is number 1. */
  readonly number: number;
  readonly healthPort: number;
}

/** The process that is a replica: `webhooks-2` is the second one of `webhooks`, which is the first. */
export const nameOfReplica = ({ service, number }: Pick<Replica, 'service' | 'number'>): string => (number === 1 ? service : `${service}-${number}`);

/** How one more replica of a service is run: as the first, on a health port of its own. */
export function replicaSpec(replica: Replica, surroundings: ServiceSurroundings): ProcessSpec {
  const spec = serviceSpec(replica.service, surroundings);
  return {
    ...spec,
    name: nameOfReplica(replica),
    env: { ...spec.env, HEALTH_PORT: String(replica.healthPort) },
    isReady: () => isReadyAt(`http://127.0.0.1:${replica.healthPort}`),
  };
}

/** How a service is run: the program that `npm run build` made, with this environment. */
export function serviceSpec(name: ServiceName, surroundings: ServiceSurroundings): ProcessSpec {
  return {
    name,
    command: process.execPath,
    args: ['--enable-source-maps', '--max-old-space-size=256', join(repositoryRoot, 'apps', name, 'dist', 'main.js')],
    env: environmentOf(name, surroundings),
    cwd: repositoryRoot,
    isReady: () => isReadyAt(internalUrlOf(name, surroundings.ports)),
  };
}

const isReadyAt = async (internalUrl: string): Promise<boolean> => (await httpStatus(`${internalUrl}/health/ready`)) === 200;

// A developer's shell may hold real provider credentials; they stay out of the stack unless PATCHBAY_PASS_ENV names them.
const passedThrough = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'LOG_LEVEL', 'NODE_EXTRA_CA_CERTS', 'CORS_ALLOWED_ORIGINS'];

/** Variables of the shell that the services would read, and do not get: whoever set them wonders why nothing changes. */
export function variablesLeftOut(surroundings: ServiceSurroundings): readonly string[] {
  const given = environmentOf('auth', surroundings);
  const isLeftOut = ([name, value]: readonly [string, string | undefined]): boolean =>
    value !== undefined && value !== given[name] && name !== 'TZ' && (Object.hasOwn(given, name) || isProviderVariable(name));
  return Object.entries(surroundings.env)
    .filter(isLeftOut)
    .map(([name]) => name)
    .sort();
}

const isProviderVariable = (name: string): boolean =>
  /^[A-Z0-9_]+_(CLIENT_ID|CLIENT_SECRET|REDIRECT_URI|SCOPES|API_BASE_URL|AUTH_BASE_URL)$/.test(name);

function environmentOf(
  name: ServiceName,
  { ports, databaseUrl, natsUrl, secrets, env, overrides }: ServiceSurroundings,
): Readonly<Record<string, string>> {
  const named = (env['PATCHBAY_PASS_ENV'] ?? '').split(',').map((variable) => variable.trim());
  const isPassed = (variable: string): boolean => passedThrough.includes(variable) || named.includes(variable) || variable.startsWith('OTEL_');
  const passed = Object.entries(env).flatMap(([variable, value]) => (value !== undefined && isPassed(variable) ? [[variable, value] as const] : []));
  return {
    LOG_LEVEL: 'info',
    TZ: 'UTC',
    NODE_ENV: 'development',
    DATABASE_URL: databaseUrl,
    NATS_URL: natsUrl,
    PUBLIC_BASE_URL: `http://127.0.0.1:${ports.gateway}`,
    TOKEN_MASTER_KEYS: secrets.tokenMasterKeys,
    WEBHOOKS_EGRESS_ALLOW: `127.0.0.1:${ports.sandbox},localhost:${ports.sandbox}`,
    HEALTH_PORT: String(ports[healthPorts[name]]),
    ...(name === 'gateway' && { PORT: String(ports.gateway) }),
    ...(name === 'sandbox' && { PORT: String(ports.sandbox) }),
    ...(name === 'auth' && { DEVELOPMENT_CREDENTIALS: JSON.stringify({ users: secrets.users, service_api_key: secrets.serviceApiKey }) }),
    ...providerEnvironment(ports),
    ...Object.fromEntries(passed),
    ...overrides,
  };
}
