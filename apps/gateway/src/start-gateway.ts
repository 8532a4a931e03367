import 'reflect-metadata';
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { connectNats, ConnectionState, RequestClient } from '@patchbay/messaging';
import { CLOCK, LOG, nestLogger, SERVICE_CONFIG, startHealthServer, type Clock, type Logger, type ProcessConfig } from '@patchbay/service-kit';
import { exportSpansTo } from '@patchbay/tracing';
import { serveDocuments } from './documents/document-pages.js';
import type { GatewayConfig } from './gateway.config.js';
import { GatewayModule } from './gateway.module.js';
import { createHttpServer } from './http-server.js';
import { NATS } from './limits/inbound-limits.js';
import { ProblemFilter } from './problems/problem.filter.js';
import { RouteRegistrar } from './routes/route-registrar.js';

export interface RunningGateway {
  readonly url: string;
  readonly healthPort: number;
  stop(): Promise<void>;
}

@Module({})
class PlatformModule {}

export type GatewayParts = { readonly config: GatewayConfig & ProcessConfig; readonly log: Logger; readonly clock: Clock };

const version = '0.1.0';

/** Starts the gateway inside this process. It answers as soon as NATS is there; services may come later. */
export async function startGateway({ config, log, clock }: GatewayParts): Promise<RunningGateway> {
  const connecting: { state?: ConnectionState } = {};
  const health = await startHealthServer(config.HEALTH_PORT, { messaging: () => connecting.state?.isUp ?? false });
  const flushSpans =
    config.OTEL_EXPORTER_OTLP_ENDPOINT === undefined ? undefined : await exportSpansTo(config.OTEL_EXPORTER_OTLP_ENDPOINT, 'gateway');
  const connection = await connectNats({ servers: config.NATS_URL, caFile: config.NATS_CA_FILE, name: 'gateway', log });
  const requests = new RequestClient(connection);
  const server = await createHttpServer(config);
  const shared = [
    { provide: SERVICE_CONFIG, useValue: config },
    { provide: LOG, useValue: log },
    { provide: CLOCK, useValue: clock },
    { provide: NATS, useValue: connection },
    { provide: RequestClient, useValue: requests },
  ];
  const root: DynamicModule = {
    module: PlatformModule,
    global: true,
    imports: [GatewayModule],
    providers: shared,
    exports: shared.map(({ provide }) => provide),
  };
  const app = await NestFactory.create<NestFastifyApplication>(root, new FastifyAdapter(server), {
    logger: nestLogger(log),
    bodyParser: false,
    abortOnError: false,
  });
  app.useGlobalFilters(app.get(ProblemFilter));
  app.get(RouteRegistrar).register(server);
  await serveDocuments(server, version);
  await app.listen(config.PORT, '0.0.0.0');
  connecting.state = new ConnectionState(connection);
  log.info({ port: config.PORT, health_port: health.port }, 'started');
  return {
    url: await app.getUrl(),
    healthPort: health.port,
    stop: async () => {
      await app.close();
      requests.close();
      await connection.drain().catch(() => undefined);
      await flushSpans?.();
      await health.stop();
    },
  };
}
