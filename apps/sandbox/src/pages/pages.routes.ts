import type { FaultRule } from '@patchbay/providers/testing';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { parsedOr400, sendProblem } from '../control/problem.js';
import type { SandboxState } from '../control/sandbox-state.js';
import { ledgerPage } from './ledger.page.js';
import { overviewPage } from './overview.page.js';
import { providerPage } from './provider.page.js';
import { receiverPage, receiversPage } from './receiver.page.js';

/** The pages for people, and the forms on them. */
export const pageRoutes = (app: FastifyInstance, state: SandboxState): void => {
  app.get('/', (_request, reply) => page(reply, overviewPage(state)));
  app.get('/ledger', (_request, reply) => page(reply, ledgerPage(state.ledger)));
  app.get('/providers/:id', (request, reply) => {
    const provider = state.providers.find((request.params as { readonly id: string }).id);
    return provider === null
      ? sendProblem(reply, 404, { code: 'provider_not_found', title: 'The sandbox has no such provider' })
      : page(reply, providerPage(provider));
  });
  app.get('/receiver', (_request, reply) => page(reply, receiversPage(state.receivers)));
  app.get('/receiver/:name', (request, reply) => {
    const receiver = state.receivers.find((request.params as { readonly name: string }).name);
    return receiver === null
      ? sendProblem(reply, 404, { code: 'receiver_not_found', title: 'Nothing was sent there yet' })
      : page(reply, receiverPage(receiver));
  });
  actionRoutes(app, state);
};

const faultForm = z.object({ provider: z.string(), fault: z.string() });
const revokeForm = z.object({ provider: z.string(), email: z.string() });
const clockForm = z.object({ advance_seconds: z.coerce.number().int().min(0).max(31_536_000) });

const pressable: Readonly<Record<string, FaultRule>> = {
  'status-500': { effect: { kind: 'fail', status: 500, retryAfter: null }, match: {}, count: 3, probability: 1 },
  'status-429': { effect: { kind: 'fail', status: 429, retryAfter: '2' }, match: {}, count: 3, probability: 1 },
  drop: { effect: { kind: 'drop_after_executing' }, match: {}, count: 1, probability: 1 },
  delay: { effect: { kind: 'delay', ms: 2_000 }, match: {}, count: null, probability: 1 },
  down: { effect: { kind: 'down' }, match: {}, count: null, probability: 1 },
};

const actionRoutes = (app: FastifyInstance, state: SandboxState): void => {
  app.post('/actions/fault', (request, reply) => {
    const form = parsedOr400(reply, faultForm, request.body);
    const provider = form === null ? null : state.providers.find(form.provider);
    if (form === null || provider === null) return reply.sent ? reply : reply.redirect('/', 303);
    const rule = pressable[form.fault];
    if (rule !== undefined) provider.faults.add(rule);
    if (form.fault === 'expire-tokens') provider.fake.expireTokens();
    if (form.fault === 'clear') provider.faults.clear();
    return reply.redirect('/', 303);
  });
  app.post('/actions/revoke', (request, reply) => {
    const form = parsedOr400(reply, revokeForm, request.body);
    if (form === null) return reply;
    const provider = state.providers.find(form.provider);
    provider?.fake.revokeGrant(form.email);
    return reply.redirect(provider === null ? '/' : `/providers/${provider.id}`, 303);
  });
  app.post('/actions/clock', (request, reply) => {
    const form = parsedOr400(reply, clockForm, request.body);
    if (form === null) return reply;
    state.clock.advance(form.advance_seconds);
    return reply.redirect('/', 303);
  });
  app.post('/actions/reset', (_request, reply) => {
    state.reset();
    return reply.redirect('/', 303);
  });
};

const page = (reply: FastifyReply, text: string): FastifyReply =>
  reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header(
      'content-security-policy',
      "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    )
    .send(text);
