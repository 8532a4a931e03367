import 'reflect-metadata';
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { ConsumingService } from '@patchbay/contracts';
import { Database } from '@patchbay/database';
import { connectNats, MessagingServer, OutboxRelay, PassOnFailures, RequestClient, sweepHourly } from '@patchbay/messaging';
import { exportSpansTo } from '@patchbay/tracing';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { AccessTokens } from './access-tokens.js';
import { deadLettersController } from './dead-letters.controller.js';
import { startHealthServer } from './health-server.js';
import { ConfigError, loadConfig, type PlatformConfig } from './load-config.js';
import { createLogger, nestLogger } from './logger.js';
import { CLOCK, LOG, SERVICE_CONFIG, type Clock } from './platform.js';

/** What makes one service differ from another. */
export interface ServiceDefinition {
  readonly name: ConsumingService;
  readonly module: Type;
  readonly config: z.ZodObject;
  readonly entities: readonly (new () => object)[];
  readonly migrations: readonly (new () => object)[];
}

/** A running service. */
export interface RunningService {
  readonly healthPort: number;
  stop(): Promise<void>;
}

@Module({})
class PlatformModule {}

/**
 * Starts a service and keeps it running until it is told to end: on SIGTERM and SIGINT it takes nothing new, finishes what is in hand and
 * leaves. A faulty configuration ends the process with one message that names every faulty variable.
 */
export async function runService(definition: ServiceDefinition): Promise<void> {
  const config = configOrExit(definition);
  const log = createLogger(definition.name, config.LOG_LEVEL);
  process.on('unhandledRejection', (reason) => log.error({ err: reason }, 'a promise was left alone'));
  const service = await startService(definition, { config, log, clock: () => new Date() });
  const end = (signal: string): void => {
    log.info({ signal }, 'ending');
    // A drain that hangs must not keep an orchestrator waiting.
    setTimeout(() => process.exit(1), 15_000).unref();
    void service.stop().then(() => process.exit(0));
  };
  process.once('SIGTERM', () => end('SIGTERM'));
  process.once('SIGINT', () => end('SIGINT'));
}

/** Starts a service inside this process, for {@link runService} and for tests. */
export async function startService(
  definition: ServiceDefinition,
  parts: { readonly config: PlatformConfig & Readonly<Record<string, unknown>>; readonly log: Logger; readonly clock: Clock },
): Promise<RunningService> {
  const { name } = definition;
  const { config, log } = parts;
  let isStarted = false;
  const state: { database?: Database; server?: MessagingServer } = {};
  const health = await startHealthServer(config.HEALTH_PORT, {
    started: () => isStarted,
    database: () => state.database?.ping().then(() => true) ?? false,
    messaging: () => state.server?.isReady ?? false,
  });
  const flushSpans = config.OTEL_EXPORTER_OTLP_ENDPOINT === undefined ? undefined : await exportSpansTo(config.OTEL_EXPORTER_OTLP_ENDPOINT, name);
  const database = await Database.open({
    url: config.DATABASE_URL,
    schema: name,
    entities: [...definition.entities],
    migrations: [...definition.migrations],
    log,
    outboxEnabled: config.OUTBOX_ENABLED,
  });
  const connection = await connectNats({ servers: config.NATS_URL, name, log });
  const server = new MessagingServer({ service: name, connection, database, log });
  const requests = new RequestClient(connection);
  Object.assign(state, { database, server });
  const relay = new OutboxRelay(database, connection, log);
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(platformModule(definition, { ...parts, database, requests, server }), {
    strategy: server,
    logger: nestLogger(log),
    abortOnError: false,
  });
  app.useGlobalFilters(new PassOnFailures());
  relay.start();
  const stopSweeps = sweepHourly(database, log);
  await app.listen();
  isStarted = true;
  log.info({ health_port: health.port }, 'started');
  return {
    healthPort: health.port,
    stop: async () => {
      isStarted = false;
      stopSweeps();
      await app.close();
      await relay.stop();
      requests.close();
      await connection.drain().catch(() => undefined);
      await database.close();
      await flushSpans?.();
      await health.stop();
    },
  };
}

function configOrExit(definition: ServiceDefinition): PlatformConfig & Readonly<Record<string, unknown>> {
  try {
    return loadConfig(definition.config);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`patchbay ${definition.name}: ${error.message}\n`);
    process.exit(1);
  }
}

function platformModule(
  definition: ServiceDefinition,
  parts: { config: unknown; log: Logger; clock: Clock; database: Database; requests: RequestClient; server: MessagingServer },
): DynamicModule {
  const shared = [
    { provide: SERVICE_CONFIG, useValue: parts.config },
    { provide: LOG, useValue: parts.log },
    { provide: CLOCK, useValue: parts.clock },
    { provide: Database, useValue: parts.database },
    { provide: RequestClient, useValue: parts.requests },
    { provide: MessagingServer, useValue: parts.server },
    { provide: AccessTokens, useValue: new AccessTokens(parts.requests, parts.clock) },
  ];
  return {
    module: PlatformModule,
    global: true,
    imports: [definition.module],
    controllers: [deadLettersController(definition.name)],
    providers: shared,
    exports: shared.map((provider) => provider.provide),
  };
}
