import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { parsedOr400, sendProblem } from '../control/problem.js';
import type { SandboxState } from '../control/sandbox-state.js';

const variant = z.enum(['right', 'wrong_signature', 'tampered', 'unsigned', 'old', 'future']).default('right');

const wish = z.strictObject({
  type: z.string().optional(),
  variant,
  url: z.url({ protocol: /^https?$/ }).optional(),
  id: z.string().min(1).max(100).optional(),
});
const form = z.object({ provider: z.string(), page: z.string(), type: z.string(), variant, id: z.string().optional() });

/** Webhooks on demand: for programs, and for the buttons on a provider's page. */
export const webhookRoutes = (app: FastifyInstance, { webhooks, providers }: SandboxState): void => {
  app.get('/control/providers/:provider/sent-webhooks', (request) => ({ sent: webhooks.sentBy(providerOf(request)) }));

  app.post('/control/providers/:provider/send-webhook', async (request, reply) => {
    const sender = webhooks.find(providerOf(request));
    if (sender === undefined) return sendProblem(reply, 404, { code: 'provider_not_found', title: 'The sandbox knows no webhooks of this provider' });
    const input = parsedOr400(reply, wish.extend({ type: z.enum(sender.types).optional() }), request.body ?? {});
    return input === null ? reply : reply.send(await webhooks.send(sender, input, urlOf(request)));
  });

  app.post('/actions/send-webhook', async (request, reply) => {
    const input = parsedOr400(reply, form, request.body);
    if (input === null) return reply;
    const sender = webhooks.find(input.provider);
    if (sender?.types.includes(input.type) === true) await webhooks.send(sender, input, urlOf(request));
    return reply.redirect(providers.find(input.page) === null ? '/' : `/providers/${input.page}`, 303);
  });
};

const providerOf = (request: FastifyRequest): string => (request.params as { readonly provider: string }).provider;

const urlOf = (request: FastifyRequest): string => `http://${request.headers.host ?? '127.0.0.1'}`;
