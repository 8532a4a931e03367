import type { LoggerService } from '@nestjs/common';
import { currentRequestId, currentTraceId } from '@patchbay/tracing';
import { pino, stdTimeFunctions, type DestinationStream, type Logger, type LoggerOptions } from 'pino';

/** Keys whose values are never written, wherever they turn up. A second line: nothing of ours puts them into a row. */
const secretKeys = [
  'access_token',
  'refresh_token',
  'rejected_token',
  'secret_key',
  'authorization',
  'cookie',
  'client_secret',
  'input.code',
  'input.key',
  'password',
];

/**
 * Structured JSON rows, each with the trace and request it belongs to, on standard output unless another destination is given. One line each, whatever
 * is in it: JSON has no line breaks and no escape sequences of its own.
 */
export function createLogger(service: string, level: string, destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level,
    base: { service },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: secretKeys.flatMap((key) => [`${key === 'key' ? 'input.key' : key}`, `*.${key}`, `*.*.${key}`]), censor: '[redacted]' },
    mixin: () => ({ trace_id: currentTraceId(), request_id: currentRequestId() }),
    serializers: { err: describeError },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** The name, message and stack of an error and of its causes. Never its other properties: SDK errors carry whole requests there. */
function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { message: 'a value that is not an error was thrown' };
  const code = 'code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? error.code : undefined;
  const cause = error.cause === undefined || depth >= 3 ? undefined : describeError(error.cause, depth + 1);
  return { name: error.name, code, message: error.message, stack: error.stack, cause };
}

/** Nest's own messages, as rows like all others. Its start-up chatter is for debugging. */
export const nestLogger = (log: Logger): LoggerService => ({
  log: (message: unknown, context?: unknown) => log.debug({ context }, String(message)),
  verbose: (message: unknown, context?: unknown) => log.trace({ context }, String(message)),
  debug: (message: unknown, context?: unknown) => log.debug({ context }, String(message)),
  warn: (message: unknown, context?: unknown) => log.warn({ context }, String(message)),
  error: (message: unknown, ...more: unknown[]) =>
    message instanceof Error ? log.error({ err: message }, message.message) : log.error({ context: more.at(-1) }, String(message)),
});
