import type { Dispatcher } from 'undici';
import type { AttemptError, AttemptResult } from './delivery.js';
import { excerptBytesMax, excerptOf, inflateExcerpt } from './response-excerpt.js';
import { readRetryAfterMs } from './retry-schedule.js';

/** How much of an answer is read at all; the connection is cut there. */
const readBytesMax = 65_536;

/**
 * One POST as undici tells of it. Settles once: at the end of the answer, when enough of it was read, when it fails, or when time is up,
 * whatever happens to the connection afterwards.
 */
export class Attempt implements Dispatcher.DispatchHandler {
  readonly startedAtMs = Date.now();
  readonly #startedAt = performance.now();
  #controller: Dispatcher.DispatchController | undefined;
  #isSettled = false;
  #statusCode: number | null = null;
  #encoding: string | undefined;
  #retryAfterMs: number | null = null;
  #chunks: Buffer[] = [];
  #received = 0;

  constructor(private readonly done: (result: AttemptResult) => void) {}

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Ends it because its time is up. A status that came in time counts even when the body did not. */
  expire(): void {
    this.#settle('timeout');
    this.#controller?.abort(new Error('the time for the answer is up'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Time was up while it waited for a connection.
    if (this.#isSettled) controller.abort(new Error('the time for the answer is up'));
  }

  onRequestUpgrade(...[, statusCode, , socket]: Parameters<NonNullable<Dispatcher.DispatchHandler['onRequestUpgrade']>>): void {
    this.#statusCode = statusCode;
    this.#settle(null);
    socket.destroy();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (statusCode < 200) return;
    this.#statusCode = statusCode;
    this.#encoding = first(headers['content-encoding'])?.toLowerCase();
    this.#retryAfterMs = readRetryAfterMs(first(headers['retry-after']), new Date());
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isSettled) return;
    // Compressed bytes must all be kept until the end: where 4 KiB of text lie among them is not known before.
    const room = (this.#encoding === undefined ? excerptBytesMax : readBytesMax) - this.#received;
    if (room > 0) this.#chunks.push(Buffer.from(chunk.subarray(0, room)));
    this.#received += chunk.length;
    if (this.#received < readBytesMax) return;
    this.#settle(null);
    controller.abort(new Error('enough of the answer was read'));
  }

  onResponseEnd(): void {
    this.#settle(null);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#settle(failureOf(error));
  }

  #settle(failure: AttemptError | null): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    const statusCode = this.#statusCode;
    const result = {
      startedAtMs: this.startedAtMs,
      durationMs: Math.round(performance.now() - this.#startedAt),
      statusCode,
      error: statusCode === null ? (failure ?? 'connection_closed') : statusFault(statusCode),
      retryAfterMs: this.#retryAfterMs,
    };
    const body = this.#chunks.length === 0 ? Buffer.alloc(0) : Buffer.concat(this.#chunks);
    this.#chunks = [];
    if (this.#encoding === undefined || this.#encoding === 'identity') this.done({ ...result, responseExcerpt: excerptOf(body) });
    else void inflateExcerpt(this.#encoding, body).then((responseExcerpt) => this.done({ ...result, responseExcerpt }));
  }
}

const first = (header: string | string[] | undefined): string | undefined => (Array.isArray(header) ? header[0] : header);

function statusFault(statusCode: number): AttemptError | null {
  if (statusCode >= 200 && statusCode < 300) return null;
  return statusCode >= 300 && statusCode < 400 ? 'redirect_not_followed' : 'status_not_2xx';
}

const faultByCode: Readonly<Record<string, AttemptError>> = {
  address_not_allowed: 'address_not_allowed',
  name_not_resolved: 'name_not_resolved',
  // Names that an operator allows go the operating system's way.
  ENOTFOUND: 'name_not_resolved',
  EAI_AGAIN: 'name_not_resolved',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ETIMEDOUT: 'timeout',
  UND_ERR_SOCKET: 'connection_closed',
  ECONNRESET: 'connection_closed',
  EPIPE: 'connection_closed',
  UND_ERR_HEADERS_OVERFLOW: 'response_invalid',
  EPROTO: 'tls_failed',
};

/** Names a failure without repeating what a library says of it: that may hold addresses. */
function failureOf(error: unknown): AttemptError {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code.startsWith('HPE_')) return 'response_invalid';
  if (/^(ERR_TLS_|ERR_SSL_|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO_|HOSTNAME_)/.test(code)) return 'tls_failed';
  return faultByCode[code] ?? 'connection_failed';
}
