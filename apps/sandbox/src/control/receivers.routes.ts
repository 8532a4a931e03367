import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { friendlyBehaviour } from '../receiver/receiver-store.js';
import { parsedOr400, sendProblem } from './problem.js';
import type { SandboxState } from './sandbox-state.js';

const behaviour = z.strictObject({
  status: z.number().int().min(200).max(599).default(friendlyBehaviour.status),
  delay_ms: z.number().int().min(0).max(600_000).default(0),
  drop_after_reading: z.boolean().default(false),
  body_bytes: z.number().int().min(0).max(1_073_741_824).default(0),
  retry_after: z
    .union([z.string(), z.number().transform(String)])
    .nullable()
    .default(null),
  count: z.number().int().min(1).nullable().default(null),
  verify: z.boolean().default(true),
});

const receiverSettings = z.strictObject({ secret: z.string().min(1).optional(), behaviour: behaviour.optional() });

const deliveriesQuery = z.strictObject({
  cursor: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(10_000).default(1_000),
  /** `short` leaves headers and body out. */
  view: z.enum(['full', 'short']).default('full'),
});

const receiverName = z.object({ name: z.string().regex(/^[\w.~-]{1,100}$/) });

/** `/control/receivers`: how receivers behave, and what they got. */
export const receiverRoutes = (app: FastifyInstance, { receivers }: SandboxState): void => {
  app.get('/control/receivers', () => ({ receivers: receivers.all().map((receiver) => receiver.summary()) }));
  app.delete('/control/receivers', (_request, reply) => {
    receivers.clear();
    return reply.code(204).send();
  });

  app.put('/control/receivers/:name', (request, reply) => {
    const parameters = parsedOr400(reply, receiverName, request.params);
    const settings = parameters === null ? null : parsedOr400(reply, receiverSettings, request.body);
    if (parameters === null || settings === null) return reply;
    const receiver = receivers.named(parameters.name);
    try {
      if (settings.secret !== undefined) receiver.useSecret(settings.secret);
    } catch {
      return sendProblem(reply, 400, { code: 'invalid_secret', title: 'The secret must be whsec_ and base64' });
    }
    if (settings.behaviour !== undefined) receiver.behaviour = settings.behaviour;
    return receiver.summary();
  });
  app.get('/control/receivers/:name', (request, reply) => {
    const receiver = receivers.find((request.params as { readonly name: string }).name);
    return receiver === null ? notFound(reply) : receiver.summary();
  });
  app.delete('/control/receivers/:name', (request, reply) =>
    receivers.remove((request.params as { readonly name: string }).name) ? reply.code(204).send() : notFound(reply),
  );

  app.get('/control/receivers/:name/deliveries', (request, reply) => {
    const query = parsedOr400(reply, deliveriesQuery, request.query);
    if (query === null) return reply;
    // A receiver nothing was sent to yet has got nothing: tests poll before the first webhook.
    const found = receivers.find((request.params as { readonly name: string }).name)?.list(query.cursor, query.limit) ?? [];
    const deliveries = query.view === 'full' ? found : found.map(({ headers: _, body: __, ...short }) => short);
    return { deliveries, next_cursor: found.at(-1)?.sequence ?? query.cursor };
  });
};

const notFound = (reply: Parameters<typeof sendProblem>[0]) =>
  sendProblem(reply, 404, { code: 'receiver_not_found', title: 'There is no such receiver' });
