import type { Logger } from 'pino';
import type { z } from 'zod';
import { ConfigError, ignoredVariables, loadConfig, type ProcessConfig } from './load-config.js';
import { createLogger } from './logger.js';
import type { Clock } from './platform.js';

/** How long a drain may take before the process ends anyway: a hanging one must not keep an orchestrator waiting. Milliseconds. */
const drainMsMax = 15_000;

interface Parts<Shape extends z.ZodRawShape> {
  readonly config: z.output<z.ZodObject<Shape>> & ProcessConfig;
  readonly log: Logger;
  readonly clock: Clock;
}

/**
 * Runs one Patchbay process: reads its configuration, starts it, and on SIGTERM or SIGINT lets it finish what is in hand and leave.
 * A faulty configuration ends the process with one message that names every faulty variable.
 */
export async function runProcess<Shape extends z.ZodRawShape>(
  name: string,
  schema: z.ZodObject<Shape>,
  start: (parts: Parts<Shape>) => Promise<{ stop(): Promise<void> }>,
): Promise<void> {
  const config = configOrExit(name, schema);
  const log = createLogger(name, config.LOG_LEVEL);
  const ignored = ignoredVariables();
  if (ignored.length > 0) log.info({ variables: ignored }, 'these variables are accepted and ignored: neither Redis nor Celery is needed');
  process.on('unhandledRejection', (reason) => log.error({ err: reason }, 'a promise was left alone'));
  let running: { stop(): Promise<void> } | undefined;
  const end = (signal: string): void => {
    log.info({ signal }, 'ending');
    setTimeout(() => process.exit(1), drainMsMax).unref();
    void Promise.resolve(running?.stop()).then(() => process.exit(0));
  };
  process.once('SIGTERM', () => end('SIGTERM'));
  process.once('SIGINT', () => end('SIGINT'));
  try {
    running = await start({ config, log, clock: () => new Date() });
  } catch (error) {
    log.fatal({ err: error }, 'could not start');
    process.exit(1);
  }
}

function configOrExit<Shape extends z.ZodRawShape>(name: string, schema: z.ZodObject<Shape>): z.output<z.ZodObject<Shape>> & ProcessConfig {
  try {
    return loadConfig(schema);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`patchbay ${name}: ${error.message}\n`);
    process.exit(1);
  }
}
