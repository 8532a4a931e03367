import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import cookie from '@fastify/cookie';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import { fastify, type FastifyInstance, type FastifyReply } from 'fastify';
import { AppError, isNestedTooDeep, nestingMax, type ErrorCode } from '@patchbay/contracts';
import type { ProcessConfig } from '@patchbay/service-kit';
import { frontendOrigins } from './cookies/allowed-origins.js';
import type { GatewayConfig } from './gateway.config.js';
import { problemMediaType, problemOf } from './problems/problem.js';

/** A request id that a caller or a proxy sent is kept when it is one; anything else could forge log rows. */
const acceptableRequestId = /^[\w.-]{1,100}$/;

/** The bare HTTP server: paths with and without slash, JSON bodies only, cookies, security headers, CORS. */
export async function createHttpServer(config: GatewayConfig & ProcessConfig): Promise<FastifyInstance> {
  const [headMs, wholeMs] = [config.REQUEST_HEAD_TIMEOUT_SECONDS * 1_000, config.REQUEST_TIMEOUT_SECONDS * 1_000];
  const server = fastify({
    // Ids of calendars and their events may be whole addresses: two thousand characters, of which one takes three.
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 6_000 },
    bodyLimit: config.BODY_BYTES_MAX,
    trustProxy: config.TRUSTED_PROXIES ?? false,
    // Whoever sends a byte now and then must not hold a connection for ever.
    http: {
      headersTimeout: headMs,
      requestTimeout: wholeMs,
      connectionsCheckingInterval: Math.min(1_000, Math.ceil(headMs / 2)),
      maxHeaderSize: 16_384,
    },
    requestTimeout: wholeMs,
    // Addresses and requests that never reach a route.
    frameworkErrors: (_error, request, reply) => {
      const body = problemOf(new AppError('not_found'), config.PUBLIC_BASE_URL, request.id);
      void (reply as unknown as FastifyReply).code(body.status).type(problemMediaType).send(JSON.stringify(body));
    },
    clientErrorHandler: ({ code }, socket) => refuseRaw(socket, codeOfClientError[code] ?? 'request_invalid', config.PUBLIC_BASE_URL),
    forceCloseConnections: 'idle',
    genReqId: (request) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && acceptableRequestId.test(given) ? given : randomUUID();
    },
  });
  acceptJsonOnly(server);
  server.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    done();
  });
  const isProduction = config.NODE_ENV === 'production';
  await server.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    hsts: isProduction,
  });
  await server.register(cookie);
  await server.register(cors, {
    origin: frontendOrigins(config),
    credentials: true,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'Last-Event-ID', 'Range', 'Traceparent', 'X-Request-Id'],
    exposedHeaders: ['Content-Range', 'ETag', 'Retry-After', 'X-Request-Id'],
    maxAge: 600,
  });
  return server;
}

function acceptJsonOnly(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  const parse = server.getDefaultJsonParser('error', 'error');
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    // Nothing is unfolded, so nothing can unfold to more than was sent.
    if ((request.headers['content-encoding'] ?? 'identity') !== 'identity') done(new AppError('media_type_unsupported'));
    // A body that is announced but empty is no body: frontends send the header with every POST.
    else if (body === '') done(null, undefined);
    else if (isNestedTooDeep(body.toString())) done(new AppError('request_invalid', { body: `must not be nested deeper than ${nestingMax} levels` }));
    else void parse(request, body.toString(), done);
  });
}

/** Node's names for what goes wrong before there is a request. https://nodejs.org/api/http.html#event-clienterror */
const codeOfClientError: Readonly<Record<string, ErrorCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_too_slow',
  HPE_HEADER_OVERFLOW: 'head_too_large',
};

/** Answers what is no HTTP, has too large a head or takes too long, on the bare connection. */
function refuseRaw(socket: Socket, code: ErrorCode, publicBaseUrl: string): void {
  if (!socket.writable) return;
  const problem = problemOf(new AppError(code), publicBaseUrl, randomUUID());
  const body = JSON.stringify(problem);
  const status = `${problem.status} ${STATUS_CODES[problem.status] ?? ''}`;
  const head = `HTTP/1.1 ${status}\r\ncontent-type: ${problemMediaType}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n`;
  socket.end(head + body);
}
