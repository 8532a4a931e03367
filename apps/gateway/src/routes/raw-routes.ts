import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  rawAnswer,
  routeCatalog,
  unstorableText,
  type InputOf,
  type receiveProviderWebhook,
  type RouteContract,
} from '@patchbay/contracts';
import { RequestClient } from '@patchbay/messaging';
import { acceptTraceparent, inSpan, inTrace } from '@patchbay/tracing';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { InboundLimits } from '../limits/inbound-limits.js';
import { LargeBodies, type BodyOwner } from '../limits/large-bodies.js';
import { networkOf } from '../limits/network-of.js';
import { ProblemFilter } from '../problems/problem.filter.js';
import { httpSeconds } from './http-seconds.js';

type RawInput = InputOf<typeof receiveProviderWebhook>;

const providerName = /^[a-z][a-z0-9_]{0,49}$/;
/** Our own credentials: whoever signs bytes proves nothing with them, and no service needs to see them. */
const ownHeaders: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxy-authorization']);

/**
 * Routes for callers that sign bytes. Nothing of the body is parsed or decompressed, whatever it is said to be; method, path, query and headers are
 * passed on beside it, and the service's answer is given word for word.
 */
@Injectable()
export class RawRoutes {
  readonly #owners = new WeakMap<FastifyRequest, BodyOwner>();

  constructor(
    @Inject(RequestClient) private readonly requests: RequestClient,
    @Inject(InboundLimits) private readonly limits: InboundLimits,
    @Inject(ProblemFilter) private readonly problems: ProblemFilter,
    @Inject(LargeBodies) private readonly largeBodies: LargeBodies,
  ) {}

  register(server: FastifyInstance): void {
    // In a scope of their own, so that their parser is nobody else's.
    void server.register((scope, _options, done) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', (request: FastifyRequest, payload: IncomingMessage) => this.#read(request, payload));
      for (const route of routeCatalog) if (route.isRaw === true) this.#register(scope, route);
      done();
    });
  }

  #register(scope: FastifyInstance, route: RouteContract): void {
    scope.route({
      method: route.method,
      url: route.path,
      errorHandler: (error, request, reply) => {
        // Nobody reads the rest of a body that was refused.
        if (!request.raw.complete) void reply.header('connection', 'close');
        this.problems.answer(error, request, reply);
      },
      // Before the body is read.
      onRequest: (request, reply, done) => {
        const network = networkOf(request.ip);
        this.#admit(providerOf(route, request), network);
        this.#owners.set(request, { network, onceOver: (callback) => void finished(reply.raw, callback) });
        // What it claims to be is said in the headers that travel; here it must not decide whether the bytes are taken.
        if (request.raw.headers['content-type'] !== undefined) request.raw.headers['content-type'] = 'application/octet-stream';
        done();
      },
      onResponse: (_request, reply, done) => {
        httpSeconds.observe({ method: route.method, route: route.path, status: reply.statusCode }, reply.elapsedTime / 1000);
        done();
      },
      handler: (request, reply) => this.#answer(route, request, reply),
    });
  }

  /** @throws AppError `rate_limited`; `webhook_signature_invalid` for what is no provider's name, as for a provider that is not there. */
  #admit(provider: string, network: string): void {
    this.limits.count({ kind: 'ingress_address', id: network });
    if (!providerName.test(provider)) throw new AppError('webhook_signature_invalid');
    this.limits.count({ kind: 'ingress', id: `${provider}:${network}` });
  }

  async #answer(route: RouteContract, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const send = (): Promise<Uint8Array> => this.#forward(route, request);
    const traceparent = acceptTraceparent(undefined);
    const body = Buffer.isBuffer(request.body) ? request.body : undefined;
    const traced = (): Promise<Uint8Array> => inTrace(traceparent, () => inSpan(`${route.method} ${route.path}`, {}, send), request.id);
    const output = await this.largeBodies.inTurn(body, traced);
    const answer = rawAnswer.parse(JSON.parse(Buffer.from(output).toString('utf8')));
    return reply.code(answer.status).headers(answer.headers).send(answer.body);
  }

  /** @throws AppError `not_found` for what nobody could keep. */
  #forward(route: RouteContract, request: FastifyRequest): Promise<Uint8Array> {
    const input = inputOf(route, request);
    // The body cannot be at fault, and may be too large to be looked at for nothing.
    const { success } = route.request.input.safeParse({ ...input, body_base64: '' });
    if (!success || unstorableText({ ...input, body_base64: '' }) !== undefined) throw new AppError('not_found');
    return this.requests.forward(route.request, input, { caller: undefined });
  }

  #read(request: FastifyRequest, payload: IncomingMessage): Promise<Buffer> {
    const owner = this.#owners.get(request);
    if (owner === undefined) throw new Error('unreachable: nobody gets here without being admitted');
    return this.largeBodies.read(payload, owner);
  }
}

const paramsOf = (request: FastifyRequest): Readonly<Record<string, string | undefined>> => request.params as Record<string, string | undefined>;

const providerOf = ({ fixed }: RouteContract, request: FastifyRequest): string => fixed?.['provider'] ?? paramsOf(request)['provider'] ?? '';

const inputOf = (route: RouteContract, request: FastifyRequest): RawInput => ({
  provider: providerOf(route, request),
  method: route.method === 'GET' ? 'GET' : 'POST',
  path: route.fixed?.['path'] ?? paramsOf(request)['*'] ?? '',
  query: queryOf(request),
  headers: headersOf(request),
  body_base64: Buffer.isBuffer(request.body) ? request.body.toString('base64') : '',
});

/** @throws AppError `request_invalid` for a name that is there twice: two readers would read two different things. */
function queryOf(request: FastifyRequest): Readonly<Record<string, string>> {
  const url = request.raw.url ?? '';
  const entries = [...new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?')) : '')];
  const names = entries.map(([name]) => name);
  if (new Set(names).size !== names.length) throw new AppError('request_invalid', { query: 'must not say a thing twice' });
  return Object.fromEntries(entries);
}

/** As they came: Node would drop some that come twice, and a signature must not be chosen among two. */
function headersOf(request: FastifyRequest): Readonly<Record<string, string>> {
  const headers = new Map<string, string>();
  const { rawHeaders } = request.raw;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const value = rawHeaders[index + 1] ?? '';
    const before = headers.get(name);
    if (!ownHeaders.has(name)) headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(headers);
}
