import 'reflect-metadata';
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { sealingServices } from '@patchbay/contracts';
import { Database } from '@patchbay/database';
import { connectNats, MessagingServer, OutboxRelay, PassOnFailures, RequestClient, sweepHourly } from '@patchbay/messaging';
import { exportSpansTo } from '@patchbay/tracing';
import type { Logger } from 'pino';
import { AccessTokens } from './access-tokens.js';
import { deadLettersController } from './dead-letters.controller.js';
import { startHealthServer } from './health-server.js';
import { keyRotationsController } from './key-rotation/key-rotations.controller.js';
import { KeyRotations } from './key-rotation/key-rotations.js';
import { databaseConfig, type PlatformConfig } from './load-config.js';
import { nestLogger } from './logger.js';
import { CLOCK, LOG, SERVICE_CONFIG, type Clock } from './platform.js';
import { isMigrationRun, runMigrations } from './run-migrations.js';
import { runProcess } from './run-process.js';
import { Sealer, type MasterKey } from './sealer.js';
import { migrationsOf, type ServiceDefinition } from './service-definition.js';

/** What a process gives to what it runs. */
export interface ServiceParts {
  readonly config: PlatformConfig & Readonly<Record<string, unknown>>;
  readonly log: Logger;
  readonly clock: Clock;
}

/** A running service. */
export interface RunningService {
  readonly healthPort: number;
  stop(): Promise<void>;
}

@Module({})
class PlatformModule {}

/** Starts a service and keeps it running until it is told to end. */
export async function runService(definition: ServiceDefinition): Promise<void> {
  if (isMigrationRun()) return runMigrations(definition);
  await runProcess(definition.name, definition.config.extend(databaseConfig.shape), (parts) => startService(definition, parts as ServiceParts));
}

/**
 * Starts a service inside this process, for {@link runService} and for tests.
 *
 * @throws what kept it from starting; nothing is left running then.
 */
export async function startService(definition: ServiceDefinition, parts: ServiceParts): Promise<RunningService> {
  // What was begun, in order: it is ended the other way round, also when the rest cannot be begun.
  const begun: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of begun.toReversed()) await end();
  };
  try {
    return { healthPort: await begin(definition, parts, (end) => begun.push(end)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Begins one part after the other, and tells `onStop` how to end each. @returns the port of the health server. */
async function begin(definition: ServiceDefinition, parts: ServiceParts, onStop: (end: () => unknown) => void): Promise<number> {
  const { name } = definition;
  const { config, log } = parts;
  const state: { isStarted: boolean; database?: Database; server?: MessagingServer } = { isStarted: false };
  const health = await startHealthServer(config.HEALTH_PORT, {
    started: () => state.isStarted,
    database: () => state.database?.ping().then(() => true) ?? false,
    messaging: () => state.server?.isReady ?? false,
  });
  onStop(() => health.stop());
  if (config.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined) onStop(await exportSpansTo(config.OTEL_EXPORTER_OTLP_ENDPOINT, name));
  const database = await Database.open({
    url: config.DATABASE_URL,
    schema: name,
    entities: [...definition.entities],
    migrations: migrationsOf(definition),
    log,
    outboxEnabled: config.OUTBOX_ENABLED,
  });
  onStop(() => database.close());
  const connection = await connectNats({ servers: config.NATS_URL, caFile: config.NATS_CA_FILE, name, log });
  onStop(() => connection.drain().catch(() => undefined));
  const server = new MessagingServer({ service: name, connection, database, log, streamReplicas: config.NATS_STREAM_REPLICAS });
  const requests = new RequestClient(connection);
  onStop(() => requests.close());
  Object.assign(state, { database, server });
  const relay = new OutboxRelay(database, connection, { log, streamReplicas: config.NATS_STREAM_REPLICAS });
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(platformModule(definition, { ...parts, database, requests, server }), {
    strategy: server,
    logger: nestLogger(log),
    abortOnError: false,
  });
  onStop(() => relay.stop());
  onStop(() => app.close());
  app.useGlobalFilters(new PassOnFailures());
  relay.start();
  onStop(sweepHourly(database, log));
  await app.listen();
  state.isStarted = true;
  onStop(() => (state.isStarted = false));
  log.info({ health_port: health.port }, 'started');
  return health.port;
}

function platformModule(
  definition: ServiceDefinition,
  parts: { config: unknown; log: Logger; clock: Clock; database: Database; requests: RequestClient; server: MessagingServer },
): DynamicModule {
  const sealing = sealingPart(definition, parts);
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
    controllers: [deadLettersController(definition.name), ...sealing.controllers],
    providers: [...shared, ...sealing.providers],
    exports: shared.map((provider) => provider.provide),
  };
}

/** What a service has that keeps sealed values; nothing for all others. */
function sealingPart(
  { name, sealedTables: tables }: ServiceDefinition,
  { config, database, clock, log }: { config: unknown; database: Database; clock: Clock; log: Logger },
): Required<Pick<DynamicModule, 'controllers' | 'providers'>> {
  if (tables === undefined) return { controllers: [], providers: [] };
  const service = sealingServices.find((known) => known === name);
  if (service === undefined) throw new Error(`${name} keeps sealed values, but no contract says so`);
  const { TOKEN_MASTER_KEYS: masterKeys } = config as { readonly TOKEN_MASTER_KEYS: readonly MasterKey[] };
  const useFactory = (): KeyRotations => new KeyRotations(service, { database, sealer: new Sealer(masterKeys), tables, clock, log });
  return { controllers: [keyRotationsController(service)], providers: [{ provide: KeyRotations, useFactory }] };
}
