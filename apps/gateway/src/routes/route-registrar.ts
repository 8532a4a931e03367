import { Inject, Injectable } from '@nestjs/common';
import { AppError, httpMethods, routeCatalog, type RouteContract } from '@patchbay/contracts';
import { RequestClient } from '@patchbay/messaging';
import { acceptTraceparent, inSpan, inTrace } from '@patchbay/tracing';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SignOuts } from '../authentication/sign-outs.js';
import { AnswerCookies } from '../cookies/answer-cookies.js';
import { OriginGuard } from '../cookies/origin-guard.js';
import { LiveAnswers, wantsEvents } from '../live/live-answers.js';
import { ProblemFilter } from '../problems/problem.filter.js';
import { Admission, type Admitted } from './admission.js';
import { httpSeconds } from './http-seconds.js';
import { RawRoutes } from './raw-routes.js';
import { cookiesUsed, readInput, type RequestParts } from './read-input.js';

/** A call whose caller is known and allowed. */
interface Call {
  readonly route: RouteContract;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly admitted: Admitted;
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
    @Inject(Admission) private readonly admission: Admission,
    @Inject(OriginGuard) private readonly origins: OriginGuard,
    @Inject(AnswerCookies) private readonly cookies: AnswerCookies,
    @Inject(SignOuts) private readonly signOuts: SignOuts,
    @Inject(LiveAnswers) private readonly live: LiveAnswers,
    @Inject(ProblemFilter) private readonly problems: ProblemFilter,
    @Inject(RawRoutes) private readonly raw: RawRoutes,
  ) {}

  register(server: FastifyInstance): void {
    for (const route of routeCatalog) if (route.isRaw !== true) this.#register(server, route);
    this.raw.register(server);
    for (const [path, methods] of methodsByPath()) this.#refuseOtherMethods(server, path, methods);
  }

  #register(server: FastifyInstance, route: RouteContract): void {
    const calls = new WeakMap<FastifyRequest, Admitted>();
    server.route({
      method: route.method,
      url: route.path,
      errorHandler: (error, request, reply) => this.problems.answer(error, request, reply),
      // Before the body is read: a stranger's bytes are not worth parsing.
      onRequest: async (request, reply) => {
        calls.set(request, await this.admission.admit(route, request, reply));
      },
      onResponse: (request, reply, done) => {
        // A live answer lasts as long as there is something to tell, which says nothing about our speed.
        if (!isLive(route, request))
          httpSeconds.observe({ method: route.method, route: route.path, status: reply.statusCode }, reply.elapsedTime / 1000);
        done();
      },
      handler: (request, reply) => {
        const admitted = calls.get(request);
        if (admitted === undefined) throw new Error('unreachable: nobody gets here without being admitted');
        return this.#answer({ route, request, reply, admitted });
      },
    });
  }

  async #answer({ route, request, reply, admitted }: Call): Promise<FastifyReply> {
    const { caller, counted, isStillWelcome } = admitted;
    const parts = partsOf(request);
    const input = readInput(route, parts);
    if (cookiesUsed(route, parts).length > 0) this.origins.check(request);
    const traceparent = acceptTraceparent(headerOf(request, 'traceparent'));
    const send = (): Promise<Uint8Array> => this.requests.forward(route.request, input, { caller });
    const ask = (): Promise<Uint8Array> => inTrace(traceparent, () => inSpan(`${route.method} ${route.path}`, {}, send), request.id);
    if (isLive(route, request)) return this.live.answer({ liveWhile: route.liveWhile, counted, ask, isStillWelcome }, request, reply);
    const output = await ask();
    this.signOuts.notice(route, input, caller);
    const body = this.cookies.apply(route, reply, output);
    void reply.code(route.status ?? 200);
    if (route.status === 204) return reply.send();
    return reply.type(jsonMediaType).send(body);
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

const isLive = <Route extends RouteContract>(route: Route, request: FastifyRequest): route is Route & { readonly liveWhile: readonly string[] } =>
  route.liveWhile !== undefined && wantsEvents(request);

const headerOf = (request: FastifyRequest, name: string): string | undefined => {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
};

const partsOf = (request: FastifyRequest): RequestParts => ({
  params: request.params as Record<string, unknown>,
  query: request.query as Record<string, unknown>,
  body: request.body,
  header: (name) => headerOf(request, name),
  cookie: (name) => request.cookies[name],
});

const methodsByPath = (): ReadonlyMap<string, readonly string[]> => {
  const paths = new Map<string, string[]>();
  for (const { path, method } of routeCatalog) paths.set(path, [...(paths.get(path) ?? []), method]);
  return paths;
};
