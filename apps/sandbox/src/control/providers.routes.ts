import type { ActiveFault, FakeSituation, FaultRule } from '@patchbay/providers/testing';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { shownAccounts } from '../providers/shown-accounts.js';
import { parsedOr400, sendProblem } from './problem.js';
import type { SandboxState } from './sandbox-state.js';

/** A fault as somebody asks for it: exactly one of status, delay_ms, drop_after_executing, cut_answer and down. */
const faultInput = z
  .strictObject({
    provider: z.string(),
    path: z.string().min(1).optional(),
    method: z.string().min(1).optional(),
    status: z.number().int().min(400).max(599).optional(),
    retry_after: z.union([z.string(), z.number().transform(String)]).optional(),
    delay_ms: z.number().int().min(1).max(600_000).optional(),
    drop_after_executing: z.literal(true).optional(),
    cut_answer: z.literal(true).optional(),
    down: z.literal(true).optional(),
    count: z.number().int().min(1).nullable().default(null),
    probability: z.number().gt(0).max(1).default(1),
    /** Starts the provider's sequence of chances again. */
    seed: z.number().int().optional(),
  })
  .refine(
    (fault) =>
      [fault.status, fault.delay_ms, fault.drop_after_executing, fault.cut_answer, fault.down].filter((effect) => effect !== undefined).length === 1,
    {
      message: 'exactly one of status, delay_ms, drop_after_executing, cut_answer and down is needed',
    },
  );

type FaultInput = z.output<typeof faultInput>;

const account = z.strictObject({ email: z.string().min(1) });

/** Faults on demand, and the situations a provider can be brought into. */
export const providerRoutes = (app: FastifyInstance, state: SandboxState): void => {
  const { providers } = state;
  app.get('/control/providers', ({ protocol, host }) => ({
    providers: providers.all().map((provider) => {
      const { id, fake, faults, requestCount } = provider;
      return {
        id,
        requests: requestCount,
        accounts: shownAccounts(provider, `${protocol}://${host}`),
        faults: faults.active().map((fault) => toFault(id, fault)),
        situations: ['revoke-grant', 'expire-tokens', 'reset', ...(fake.situations ?? []).map(({ name }) => name)],
      };
    }),
  }));
  faultRoutes(app, state);

  app.post('/control/providers/:provider/:situation', (request, reply) => {
    const { provider: id, situation } = request.params as { readonly provider: string; readonly situation: string };
    const provider = providers.find(id);
    if (provider === null) return unknownProvider(reply);
    if (situation === 'revoke-grant') {
      const input = parsedOr400(reply, account, request.body);
      if (input === null) return reply;
      provider.fake.revokeGrant(input.email);
    } else if (situation === 'expire-tokens') provider.fake.expireTokens();
    else if (situation === 'reset') provider.fake.reset();
    else
      return beginSituation(
        reply,
        provider.fake.situations?.find(({ name }) => name === situation),
        request.body,
      );
    return reply.code(204).send();
  });
};

/** A situation that only this provider knows; one about which there is nothing to say needs no body. */
const beginSituation = (reply: FastifyReply, situation: FakeSituation | undefined, body: unknown): FastifyReply => {
  if (situation === undefined)
    return sendProblem(reply, 404, { code: 'situation_not_found', title: 'This provider cannot be brought into such a situation' });
  const input = parsedOr400(reply, situation.input, body ?? {});
  if (input === null) return reply;
  situation.begin(input);
  return reply.code(204).send();
};

/** Puts a fault into force; null when there is no such provider. */
const addFault = ({ providers }: SandboxState, input: FaultInput): ActiveFault | null => {
  const provider = providers.find(input.provider);
  if (provider === null) return null;
  if (input.seed !== undefined) provider.faults.seed(input.seed);
  return provider.faults.add(toRule(input));
};

const faultRoutes = (app: FastifyInstance, state: SandboxState): void => {
  const { providers } = state;
  app.get('/control/faults', () => ({ faults: providers.all().flatMap(({ id, faults }) => faults.active().map((fault) => toFault(id, fault))) }));
  app.post('/control/faults', (request, reply) => {
    const input = parsedOr400(reply, faultInput, request.body);
    if (input === null) return reply;
    const added = addFault(state, input);
    return added === null ? unknownProvider(reply) : reply.code(201).send(toFault(input.provider, added));
  });
  app.delete('/control/faults', (request, reply) => {
    const { provider: id } = request.query as { readonly provider?: string };
    if (id !== undefined && providers.find(id) === null) return unknownProvider(reply);
    providers.all().forEach((provider) => (id === undefined || provider.id === id) && provider.faults.clear());
    return reply.code(204).send();
  });
  app.delete('/control/faults/:provider/:id', (request, reply) => {
    const { provider, id } = request.params as { readonly provider: string; readonly id: string };
    const isRemoved = providers.find(provider)?.faults.remove(Number(id)) ?? false;
    return isRemoved ? reply.code(204).send() : sendProblem(reply, 404, { code: 'fault_not_found', title: 'There is no such fault' });
  });
};

const toRule = (fault: FaultInput): FaultRule => {
  const { path, method, status, retry_after: retryAfter, delay_ms: delayMs, cut_answer: cutAnswer, down, count, probability } = fault;
  const match = { ...(path === undefined ? {} : { path }), ...(method === undefined ? {} : { method }) };
  const rule = { match, count, probability };
  if (status !== undefined) return { ...rule, effect: { kind: 'fail', status, retryAfter: retryAfter ?? null } };
  if (delayMs !== undefined) return { ...rule, effect: { kind: 'delay', ms: delayMs } };
  if (cutAnswer === true) return { ...rule, effect: { kind: 'cut_answer' } };
  return { ...rule, effect: { kind: down === true ? 'down' : 'drop_after_executing' } };
};

const toFault = (provider: string, { id, effect, match, count, probability }: ActiveFault): object => ({
  provider,
  id,
  ...(effect.kind === 'fail' ? { status: effect.status, retry_after: effect.retryAfter } : {}),
  ...(effect.kind === 'delay' ? { delay_ms: effect.ms } : {}),
  ...(effect.kind === 'drop_after_executing' ? { drop_after_executing: true } : {}),
  ...(effect.kind === 'cut_answer' ? { cut_answer: true } : {}),
  ...(effect.kind === 'down' ? { down: true } : {}),
  ...match,
  count,
  probability,
});

const unknownProvider = (reply: FastifyReply): FastifyReply =>
  sendProblem(reply, 404, { code: 'provider_not_found', title: 'The sandbox has no such provider' });
