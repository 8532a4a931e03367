import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Variables every process reads. */
export const processConfig = z.object({
  NODE_ENV: z
    .enum(['development', 'test', 'production'])
    .default('development')
    .describe('`production` refuses development credentials and plain-http public addresses.'),
  NATS_URL: z.string().min(1).describe('One or more NATS servers with JetStream, separated by commas: nats://user:password@host:4222, or tls://….'),
  NATS_CA_FILE: z.string().optional().describe('Certificate authority of the NATS servers, when they speak TLS with a private one.'),
  NATS_STREAM_REPLICAS: z.coerce.number().int().min(1).max(5).optional().describe('Copies of the event stream in a NATS cluster; 1 when absent.'),
  HEALTH_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(0)
    .describe('Internal port of /health/live, /health/ready and /metrics; 0 takes a free one.'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info').describe('The least important rows that are written.'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional().describe('OpenTelemetry collector (OTLP over HTTP). Tracing is off without it.'),
});
export type ProcessConfig = z.output<typeof processConfig>;

/** Variables of every service that keeps something: all but the gateway. */
export const databaseConfig = z.object({
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres://')
    .describe('PostgreSQL 15 or newer.'),
  OUTBOX_ENABLED: z.stringbool().default(true).describe('False loses events on a crash; only the chaos suite wants that. Refused in production.'),
});

export type PlatformConfig = ProcessConfig & z.output<typeof databaseConfig>;

/** Master keys as `id:base64,…`: 32 bytes each; the first encrypts, all decrypt. */
export const masterKeys = z
  .string()
  .transform((text) => text.split(',').map((entry) => entry.trim().split(':')))
  .refine(
    (entries) => entries.every(([id, key, more]) => /^[\w-]{1,32}$/.test(id ?? '') && isKey(key) && more === undefined),
    'must be `id:base64,…` with 32 bytes each',
  )
  .refine((entries) => new Set(entries.map(([id]) => id)).size === entries.length, 'must give every key an id of its own')
  .transform((entries) => entries.map(([id, key]) => ({ id: id ?? '', key: Buffer.from(key ?? '', 'base64') })))
  .describe('Keys that encrypt tokens and secrets at rest: `id:base64,…`, 32 bytes each. The first encrypts, the others only decrypt.');

const isKey = (text: string | undefined): boolean => Buffer.from(text ?? '', 'base64').length === 32;

/** Everything wrong with the configuration, by variable. Never a value. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`The configuration is not valid:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the environment and the file that `PATCHBAY_CONFIG` names (JSON with the same names; the environment wins).
 *
 * @throws ConfigError listing every faulty variable at once, by name.
 */
export function loadConfig<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  environment: Environment = process.env,
): z.output<z.ZodObject<Shape>> & ProcessConfig {
  const values = { ...fileValues(environment), ...withoutEmpty(environment) };
  const shared = processConfig.safeParse(values);
  const own = schema.safeParse(values);
  const faults = [shared, own].flatMap((result) => (result.success ? [] : result.error.issues.map(faultOf)));
  const hasOutbox = databaseConfig.shape.OUTBOX_ENABLED.safeParse(values['OUTBOX_ENABLED']).data !== false;
  if (shared.data?.NODE_ENV === 'production' && !hasOutbox) faults.push('OUTBOX_ENABLED: must not be false in production');
  if (!shared.success || !own.success || faults.length > 0) throw new ConfigError([...new Set(faults)]);
  return { ...shared.data, ...own.data };
}

/**
 * Reads single variables, where a process needs few of them: a migration, a command.
 *
 * @throws ConfigError listing every faulty variable at once, by name.
 */
export function readVariables<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  environment: Environment = process.env,
): z.output<z.ZodObject<Shape>> {
  const parsed = schema.safeParse({ ...fileValues(environment), ...withoutEmpty(environment) });
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map(faultOf));
  return parsed.data;
}

/** What other products with the same variables need and Patchbay does not: its queue is NATS, and its work waits in PostgreSQL. */
const unneeded = /^(REDIS_URL|CELERY_\w+)$/;

/** Names of variables that are set and that nothing here reads, so that whoever brings an `.env` from elsewhere is told once. */
export function ignoredVariables(environment: Environment = process.env): readonly string[] {
  const names = Object.keys({ ...fileValues(environment), ...withoutEmpty(environment) });
  return names.filter((name) => unneeded.test(name)).sort();
}

const faultOf = (issue: z.core.$ZodIssue): string => {
  const isMissing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  return `${issue.path.join('.') || 'configuration'}: ${isMissing ? 'is not set' : issue.message}`;
};

/** A variable that is set to nothing counts as not set. */
const withoutEmpty = (environment: Environment): Environment =>
  Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ''));

function fileValues(environment: Environment): Record<string, unknown> {
  const path = environment['PATCHBAY_CONFIG'];
  if (path === undefined || path === '') return {};
  try {
    return z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    throw new ConfigError(['PATCHBAY_CONFIG: must name a JSON file of variables and their values']);
  }
}
