import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { HeardWebhook } from './verdict.js';

/** One webhook that a receiver of ours got. */
export interface Receipt extends HeardWebhook {
  /** The caller's end of the connection. */
  readonly callerPort: number;
  /** By the clock of this process. */
  readonly atMs: number;
}

/** What a receiver does after it has taken a webhook into its books. */
export type Answer = (response: ServerResponse) => void;

/** Takes everything at once. */
export const welcome: Answer = (response) => void response.writeHead(204).end();

/** Takes everything, after a while. */
export const welcomeAfter =
  (ms: number): Answer =>
  (response) =>
    void setTimeout(() => welcome(response), ms);

/** A customer's receiver in this process. It enters what it gets into its books before it answers, however it answers then. */
export class Receiver {
  readonly #receipts: Receipt[] = [];
  readonly #byBooking = new Map<string, Receipt[]>();
  readonly #ids = new Set<string>();
  readonly #verifier: Webhook;
  answer: Answer = welcome;

  private constructor(
    readonly name: string,
    private readonly server: Server,
    secret: string,
  ) {
    this.#verifier = new Webhook(secret);
  }

  static async start(name: string, secret: string): Promise<Receiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const receiver = new Receiver(name, server, secret);
    server.on('request', (request, response) => receiver.#take(request, response));
    return receiver;
  }

  /** Host and port, which the sender must be allowed to call. */
  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `http://${this.host}/`;
  }

  /** All there is in the books, in the order of arrival. */
  webhooks(): readonly Receipt[] {
    return this.#receipts;
  }

  webhooksOf(bookingId: string): readonly Receipt[] {
    return this.#byBooking.get(bookingId) ?? [];
  }

  /** How many different webhooks arrived. */
  get idCount(): number {
    return this.#ids.size;
  }

  /** Begins with empty books. */
  forget(): void {
    this.#receipts.length = 0;
    this.#byBooking.clear();
    this.#ids.clear();
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      this.#enter(request, Buffer.concat(chunks).toString('utf8'));
      this.answer(response);
    });
  }

  #enter(request: IncomingMessage, body: string): void {
    const { type = '', data = {} } = JSON.parse(body) as { type?: string; data?: { booking_id?: string } };
    const webhookId = String(request.headers['webhook-id']);
    const callerPort = request.socket.remotePort ?? 0;
    const receipt: Receipt = { webhook_id: webhookId, type, body, callerPort, atMs: performance.now(), ...this.#judge(request, body) };
    this.#receipts.push(receipt);
    this.#ids.add(webhookId);
    const bookingId = data.booking_id ?? '';
    const known = this.#byBooking.get(bookingId);
    if (known === undefined) this.#byBooking.set(bookingId, [receipt]);
    else known.push(receipt);
  }

  #judge({ headers }: IncomingMessage, body: string): Pick<Receipt, 'verified' | 'reason'> {
    try {
      this.#verifier.verify(body, headers as Record<string, string>);
      return { verified: true, reason: '' };
    } catch (error) {
      return { verified: false, reason: error instanceof Error ? error.message : String(error) };
    }
  }
}
