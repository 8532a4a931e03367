import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { parsedOr400, sendProblem } from '../control/problem.js';
import type { SandboxState } from '../control/sandbox-state.js';
import type { HostedProvider } from '../providers/hosted-providers.js';
import { ledgerPage } from './ledger.page.js';
import { overviewPage } from './overview.page.js';
import { providerPage } from './provider.page.js';
import { receiverPage, receiversPage } from './receiver.page.js';
import { everyProvider, pressableFaults } from './trouble.js';

/** The pages for people, and the forms on them. */
export const pageRoutes = (app: FastifyInstance, state: SandboxState): void => {
  app.get('/', (_request, reply) => page(reply, overviewPage(state)));
  app.get('/ledger', (_request, reply) => page(reply, ledgerPage(state.ledger)));
  app.get('/providers/:id', (request, reply) => {
    const provider = state.providers.find((request.params as { readonly id: string }).id);
    return provider === null
      ? sendProblem(reply, 404, { code: 'provider_not_found', title: 'The sandbox has no such provider' })
      : page(reply, providerPage(provider, { ...state, url: `${request.protocol}://${request.host}` }));
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

const faultForm = z.object({ provider: z.string(), fault: z.string(), page: z.enum(['overview', 'provider']).default('overview') });
const situationForm = z.object({
  provider: z.string(),
  situation: z.string(),
  button: z.coerce.number().int().optional(),
  email: z.string().optional(),
});
const revokeForm = z.object({ provider: z.string(), email: z.string() });
const clockForm = z.object({ advance_seconds: z.coerce.number().int().min(0).max(31_536_000) });

const actionRoutes = (app: FastifyInstance, state: SandboxState): void => {
  app.post('/actions/fault', (request, reply) => {
    const form = parsedOr400(reply, faultForm, request.body);
    if (form === null) return reply;
    const one = state.providers.find(form.provider);
    const hit = form.provider === everyProvider ? state.providers.all() : one === null ? [] : [one];
    hit.forEach((provider) => makeTrouble(provider, form.fault));
    return reply.redirect(form.page === 'provider' && one !== null ? `/providers/${one.id}` : '/', 303);
  });
  app.post('/actions/situation', (request, reply) => {
    const form = parsedOr400(reply, situationForm, request.body);
    if (form === null) return reply;
    const provider = state.providers.find(form.provider);
    const situation = provider?.fake.situations?.find(({ name }) => name === form.situation);
    if (provider === null || situation === undefined) return reply.redirect('/', 303);
    const sent = form.email === undefined ? situation.buttons[form.button ?? 0]?.input : { email: form.email };
    const input = parsedOr400(reply, situation.input, sent);
    if (input === null) return reply;
    situation.begin(input);
    return reply.redirect(`/providers/${provider.id}`, 303);
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

const makeTrouble = ({ fake, faults }: HostedProvider, fault: string): void => {
  const rule = pressableFaults[fault];
  if (rule !== undefined) faults.add(rule);
  if (fault === 'expire-tokens') fake.expireTokens();
  if (fault === 'clear') faults.clear();
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
