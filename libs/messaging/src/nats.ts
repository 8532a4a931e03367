import { connect, type ConnectionOptions, type NatsConnection } from '@nats-io/transport-node';
import type { Logger } from 'pino';

/**
 * Connects to NATS, waiting for a server that is still starting, and stays connected for as long as the process lives:
 * a lost connection is taken up again without end, with a wait of half a second.
 */
export async function connectNats(options: {
  /** URLs, separated by commas. The credentials of the first are those of all. */
  readonly servers: string;
  readonly caFile?: string | undefined;
  readonly name: string;
  readonly log: Logger;
}): Promise<NatsConnection> {
  const connection = await connect({
    ...accessOf(options.servers),
    ...(options.caFile === undefined ? {} : { tls: { caFile: options.caFile } }),
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

/** Where the servers are and who we are there: the client reads no credentials out of a URL. */
function accessOf(servers: string): Pick<ConnectionOptions, 'servers' | 'user' | 'pass' | 'token' | 'tls'> {
  const urls = servers.split(',').map((server) => new URL(server.includes('://') ? server.trim() : `nats://${server.trim()}`));
  const [first] = urls;
  const [user, pass] = [first?.username ?? '', first?.password ?? ''].map(decodeURIComponent);
  const credentials = pass ? { user: user ?? '', pass } : user ? { token: user } : {};
  return { servers: urls.map((url) => url.host), ...credentials, ...(first?.protocol === 'tls:' ? { tls: {} } : {}) };
}

async function logStatus(connection: NatsConnection, log: Logger): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === 'disconnect') log.warn('the connection to NATS was lost');
    if (status.type === 'reconnect') log.info('connected to NATS again');
    if (status.type === 'error') log.warn({ err: status.error }, 'NATS reports an error');
  }
}

/** What the broker takes in one message, less what its envelope and headers need. Bytes. */
export const payloadBytesMax = (connection: NatsConnection): number => (connection.info?.max_payload ?? 1_048_576) - 4_096;

/** Follows whether a connection is up: the client itself does not say. */
export class ConnectionState {
  #isUp = true;
  readonly #onReconnect = new Set<() => void>();
  readonly #onDisconnect = new Set<() => void>();

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

  /** Calls `listener` each time the connection is lost. */
  onDisconnect(listener: () => void): void {
    this.#onDisconnect.add(listener);
  }

  async #follow(): Promise<void> {
    for await (const status of this.connection.status()) {
      if (status.type === 'disconnect') {
        this.#isUp = false;
        for (const listener of this.#onDisconnect) listener();
      }
      if (status.type === 'reconnect') {
        this.#isUp = true;
        for (const listener of this.#onReconnect) listener();
      }
    }
  }
}
