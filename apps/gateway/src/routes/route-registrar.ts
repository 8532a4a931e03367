import { Inject, Injectable } from '@nestjs/common';
import { AppError, httpMethods, routeCatalog, type Caller, type RouteContract } from '@patchbay/contracts';
import { RequestClient } from '@patchbay/messaging';
import { acceptTraceparent, inSpan, inTrace } from '@patchbay/tracing';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Histogram } from 'prom-client';
import { Authenticator, type Authenticated } from '../authentication/authenticator.js';
import { InboundLimits } from '../limits/inbound-limits.js';
import { ProblemFilter } from '../problems/problem.filter.js';
import { readInput } from './read-input.js';

const httpSeconds = new Histogram({
  name: 'patchbay_http_seconds',
  help: 'Time the gateway took to answer.',
  labelNames: ['method', 'route', 'status'],
  buckets: [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
});

/** A call whose caller is known and allowed. */
interface Admitted {
  readonly route: RouteContract;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly caller: Caller | undefined;
}

const jsonMediaType = 'application/json; charset=utf-8';

/**
 * Turns every route of the catalogue into a path of the gateway: who asks, whether they may, what they ask, one request to the one service
 * that owns it, and its answer passed on as the bytes it came in.
 */
@Injectable()
export class RouteRegistrar {
  constructor(
    @Inject(RequestClient) private readonly requests: RequestClient,
    @Inject(Authenticator) private readonly authenticator: Authenticator,
    @Inject(InboundLimits) private readonly limits: InboundLimits,
    @Inject(ProblemFilter) private readonly problems: ProblemFilter,
  ) {}

  register(server: FastifyInstance): void {
    for (const route of routeCatalog) this.#register(server, route);
    for (const [path, methods] of methodsByPath()) this.#refuseOtherMethods(server, path, methods);
  }

  #register(server: FastifyInstance, route: RouteContract): void {
    const callers = new WeakMap<FastifyRequest, Authenticated | undefined>();
    server.route({
      method: route.method,
      url: route.path,
      errorHandler: (error, request, reply) => this.problems.answer(error, request, reply),
      // Before the body is read: a stranger's bytes are not worth parsing.
      onRequest: async (request) => {
        callers.set(request, await this.#admit(route, request));
      },
      onResponse: (request, reply, done) => {
        httpSeconds.observe({ method: route.method, route: route.path, status: reply.statusCode }, reply.elapsedTime / 1000);
        done();
      },
      handler: (request, reply) => this.#answer({ route, request, reply, caller: callers.get(request)?.caller }),
    });
  }

  /** @throws AppError `unauthenticated`, `forbidden` or `rate_limited`. */
  async #admit(route: RouteContract, request: FastifyRequest): Promise<Authenticated | undefined> {
    const address = { kind: 'address', id: networkOf(request.ip) } as const;
    // Guessing credentials must cost the guesser, not the services behind.
    if (!this.authenticator.knows(request.headers.authorization)) this.limits.check(address);
    const who = await this.authenticator.identify(request.headers.authorization);
    if (who.caller === undefined) {
      this.limits.count(address);
      if (route.access === 'public') return undefined;
      throw new AppError('unauthenticated');
    }
    const { caller } = who;
    this.limits.count(caller.api_key_id === undefined ? { kind: 'user', id: caller.user_id ?? '' } : { kind: 'api_key', id: caller.api_key_id });
    if (route.access !== 'public' && !route.access.includes(caller.role)) throw new AppError('forbidden');
    return who;
  }

  async #answer({ route, request, reply, caller }: Admitted): Promise<FastifyReply> {
    const input = readInput(route, {
      params: request.params as Record<string, unknown>,
      query: request.query as Record<string, unknown>,
      body: request.body,
      header: (name) => headerOf(request, name),
    });
    const send = (): Promise<Uint8Array> => this.requests.forward(route.request, input, { caller });
    const traceparent = acceptTraceparent(headerOf(request, 'traceparent'));
    const output = await inTrace(traceparent, () => inSpan(`${route.method} ${route.path}`, {}, send), request.id);
    void reply.code(route.status ?? 200);
    if (route.status === 204) return reply.send();
    return reply.type(jsonMediaType).send(output);
  }

  #refuseOtherMethods(server: FastifyInstance, path: string, methods: readonly string[]): void {
    const others = httpMethods.filter((method) => !methods.includes(method));
    if (others.length === 0) return;
    server.route({
      method: [...others],
      url: path,
      errorHandler: (error, request, reply) => this.problems.answer(error, request, reply),
      onRequest: (_request, _reply, done) => done(new AppError('method_not_allowed', { allowed: methods.join(', ') })),
      handler: () => undefined,
    });
  }
}

const headerOf = (request: FastifyRequest, name: string): string | undefined => {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
};

/** Whoever has one IPv6 address has a whole /64 of them (RFC 4291 section 2.5.4). */
const networkOf = (address: string): string => (address.includes(':') && !address.includes('.') ? address.split(':').slice(0, 4).join(':') : address);

const methodsByPath = (): ReadonlyMap<string, readonly string[]> => {
  const paths = new Map<string, string[]>();
  for (const { path, method } of routeCatalog) paths.set(path, [...(paths.get(path) ?? []), method]);
  return paths;
};
