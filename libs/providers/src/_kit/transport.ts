import { promisify } from 'node:util';
import { brotliDecompress, constants, gunzip, inflate } from 'node:zlib';
import { Agent, type buildConnector, type Dispatcher } from 'undici';

/** One request, ready for the wire. */
export interface WireRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  /** For everything from connecting to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | null;
  /** See `OutboundCall.prefixBytes`. */
  readonly prefixBytes?: number | undefined;
  /** Raises that of {@link TransportLimits} for this answer; likewise `silenceMs`. */
  readonly responseBytesMax?: number | undefined;
  readonly silenceMs?: number | undefined;
}

/** One answer, read to the end. */
export interface WireResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** Why there is no usable answer. `refused`: the address may not be called. `wasSent` is false only when the request surely never left. */
export class TransportError extends Error {
  constructor(
    readonly kind: 'network' | 'timeout' | 'aborted' | 'too_large' | 'unreadable' | 'refused',
    readonly wasSent: boolean,
    options: { readonly cause?: unknown } = {},
  ) {
    super(`transport: ${kind}`, options);
    this.name = 'TransportError';
  }
}

/** Sends requests over pooled connections. */
export interface Transport {
  send(request: WireRequest): Promise<WireResponse>;
  /** Ends idle connections, and the others when their answers are read. */
  close(): Promise<void>;
}

/** Limits of every connection and answer. */
export interface TransportLimits {
  readonly connectTimeoutMs: number;
  /** Longest silence between two pieces of an answer. */
  readonly silenceMs: number;
  readonly connectionsPerOrigin: number;
  /** Counted after decompression. */
  readonly responseBytesMax: number;
}

/** Makes connections in another way than undici by itself. An error with the code `address_not_allowed` says that none may be made. */
export type ConnectorFactory = (options: buildConnector.BuildOptions) => buildConnector.connector;

const defaultLimits: TransportLimits = { connectTimeoutMs: 3_000, silenceMs: 10_000, connectionsPerOrigin: 32, responseBytesMax: 5 * 1024 * 1024 };

/**
 * The transport of npm undici. The one built into Node 22 and 24 ends the process when a peer closes while its answer is unread
 * (https://github.com/nodejs/undici/issues/5360). Redirects are not followed: an API that redirects is not the one that was configured.
 */
export const undiciTransport = (limits: Partial<TransportLimits> = {}, connector?: ConnectorFactory): Transport => {
  const { connectTimeoutMs, silenceMs, connectionsPerOrigin, responseBytesMax } = { ...defaultLimits, ...limits };
  const agent = new Agent({
    connections: connectionsPerOrigin,
    connect: connector?.({ timeout: connectTimeoutMs }) ?? { timeout: connectTimeoutMs },
    keepAliveTimeout: 10_000,
  });

  return {
    send: async ({ url, method, headers, body, timeoutMs, signal, prefixBytes, ...raised }) => {
      const bytesMax = Math.max(responseBytesMax, raised.responseBytesMax ?? 0);
      const silence = Math.max(silenceMs, raised.silenceMs ?? 0);
      const patience = startPatience(timeoutMs, signal);
      try {
        const answer = await agent.request({
          origin: url.origin,
          path: `${url.pathname}${url.search}`,
          method: method as Dispatcher.HttpMethod,
          headers: { 'accept-encoding': 'gzip, deflate, br', ...headers },
          body,
          headersTimeout: silence,
          bodyTimeout: silence,
          signal: patience.signal,
        });
        const read = await readCapped(answer.body, { bytesMax, prefixBytes });
        const answerHeaders = headersOf(answer.headers);
        const decoded = await decompress(read, answerHeaders.get('content-encoding'), bytesMax);
        answerHeaders.delete('content-encoding');
        answerHeaders.delete('content-length');
        return { status: answer.statusCode, headers: answerHeaders, body: decoded };
      } catch (cause) {
        if (cause instanceof TransportError) throw cause;
        if (signal?.aborted === true) throw new TransportError('aborted', true, { cause });
        if (codeOf(cause) === 'address_not_allowed') throw new TransportError('refused', false, { cause });
        throw new TransportError(patience.isOver() || isTimeout(cause) ? 'timeout' : 'network', !neverLeft(cause), { cause });
      } finally {
        patience.end();
      }
    },
    close: () => agent.close(),
  };
};

interface Patience {
  readonly signal: AbortSignal;
  isOver(): boolean;
  end(): void;
}

/** `AbortSignal.timeout` would stay in memory until it fires, long after the answer is there. */
const startPatience = (timeoutMs: number, callers: AbortSignal | null): Patience => {
  const controller = new AbortController();
  let isOver = false;
  const giveUp = (): void => controller.abort();
  const timer = setTimeout(
    () => {
      isOver = true;
      giveUp();
    },
    Math.max(1, timeoutMs),
  );
  if (callers?.aborted === true) giveUp();
  callers?.addEventListener('abort', giveUp, { once: true });
  return {
    signal: controller.signal,
    isOver: () => isOver,
    end: () => {
      clearTimeout(timer);
      callers?.removeEventListener('abort', giveUp);
    },
  };
};

/** What came over the wire, still packed. */
interface RawBody {
  readonly bytes: Buffer;
  /** False when only a beginning was wanted and there was more. */
  readonly isWhole: boolean;
}

const readCapped = async (
  body: Dispatcher.ResponseData['body'],
  { bytesMax, prefixBytes = Infinity }: { readonly bytesMax: number; readonly prefixBytes?: number | undefined },
): Promise<RawBody> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    const piece = chunk as Buffer;
    bytes += piece.byteLength;
    chunks.push(piece);
    // Leaving the loop destroys the body and with it the connection: nothing more is read.
    if (bytes > prefixBytes) return { bytes: Buffer.concat(chunks).subarray(0, prefixBytes), isWhole: false };
    if (bytes > bytesMax) throw new TransportError('too_large', true);
  }
  return { bytes: Buffer.concat(chunks, bytes), isWhole: true };
};

const decoders = { gzip: promisify(gunzip), 'x-gzip': promisify(gunzip), deflate: promisify(inflate), br: promisify(brotliDecompress) } as const;
/** What takes a beginning without its end for all there is. */
const flushes = {
  gzip: constants.Z_SYNC_FLUSH,
  'x-gzip': constants.Z_SYNC_FLUSH,
  deflate: constants.Z_SYNC_FLUSH,
  br: constants.BROTLI_OPERATION_FLUSH,
} as const;
const isDecodable = (encoding: string): encoding is keyof typeof decoders => Object.hasOwn(decoders, encoding);

/** zlib stops at `bytesMax` by itself, so a small answer cannot unfold into all our memory. */
const decompress = async ({ bytes, isWhole }: RawBody, header: string | null, bytesMax: number): Promise<Buffer> => {
  const encoding = header?.trim().toLowerCase() ?? 'identity';
  if (bytes.byteLength === 0 || encoding === 'identity' || encoding === '') return bytes;
  if (!isDecodable(encoding)) throw new TransportError('unreadable', true);
  try {
    return await decoders[encoding](bytes, { maxOutputLength: bytesMax, ...(!isWhole && { finishFlush: flushes[encoding] }) });
  } catch (cause) {
    throw new TransportError(codeOf(cause) === 'ERR_BUFFER_TOO_LARGE' ? 'too_large' : 'unreadable', true, { cause });
  }
};

const headersOf = (headers: Dispatcher.ResponseData['headers']): Headers => {
  const all = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const single of Array.isArray(value) ? value : [value]) if (single !== undefined) all.append(name, single);
  }
  return all;
};

// Failures of the look-up and of the handshake below HTTP: not one byte of the request was written.
const connectFailures: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'name_not_resolved',
]);
const timeouts: ReadonlySet<unknown> = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT']);

const codeOf = (error: unknown): unknown => (typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined);
const isTimeout = (error: unknown): boolean => timeouts.has(codeOf(error));
const neverLeft = (error: unknown): boolean =>
  connectFailures.has(codeOf(error)) || (error instanceof AggregateError && error.errors.length > 0 && error.errors.every(neverLeft));
