import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Logger } from 'pino';

/**
 * Connects to NATS, waiting for a server that is still starting, and stays connected for as long as the process lives:
 * a lost connection is taken up again without end, with a wait of half a second.
 */
export async function connectNats(options: { servers: string; name: string; log: Logger }): Promise<NatsConnection> {
  const connection = await connect({
    servers: options.servers.split(',').map((server) => server.trim()),
    name: `patchbay-${options.name}`,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 500,
    waitOnFirstConnect: true,
    pingInterval: 10_000,
    // Capturing a stack for every request costs an eighth of the throughput and says nothing that our own errors do not.
    noAsyncTraces: true,
  });
  void logStatus(connection, options.log);
  return connection;
}

async function logStatus(connection: NatsConnection, log: Logger): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === 'disconnect') log.warn('the connection to NATS was lost');
    if (status.type === 'reconnect') log.info('connected to NATS again');
    if (status.type === 'error') log.warn({ err: status.error }, 'NATS reports an error');
  }
}

/** Follows whether a connection is up: the client itself does not say. */
export class ConnectionState {
  #isUp = true;
  readonly #onReconnect = new Set<() => void>();

  constructor(private readonly connection: NatsConnection) {
    void this.#follow();
  }

  get isUp(): boolean {
    return this.#isUp && !this.connection.isClosed();
  }

  /** Calls `listener` each time the connection is there again. */
  onReconnect(listener: () => void): void {
    this.#onReconnect.add(listener);
  }

  async #follow(): Promise<void> {
    for await (const status of this.connection.status()) {
      if (status.type === 'disconnect') this.#isUp = false;
      if (status.type === 'reconnect') {
        this.#isUp = true;
        for (const listener of this.#onReconnect) listener();
      }
    }
  }
}
