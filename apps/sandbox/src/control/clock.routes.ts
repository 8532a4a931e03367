import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { parsedOr400 } from './problem.js';
import type { SandboxState } from './sandbox-state.js';

const advance = z.strictObject({
  advance_seconds: z
    .number()
    .min(0)
    .max(10 * 365 * 86_400),
});

/** `/control/clock` moves the time of all fakes; `/control/reset` forgets everything. */
export const clockRoutes = (app: FastifyInstance, state: SandboxState): void => {
  const reading = () => ({ now: state.clock.now().toISOString(), offset_seconds: state.clock.offsetSeconds() });
  app.get('/control/clock', reading);
  app.post('/control/clock', (request, reply) => {
    const input = parsedOr400(reply, advance, request.body);
    if (input === null) return reply;
    state.clock.advance(input.advance_seconds);
    return reading();
  });
  app.delete('/control/clock', () => {
    state.clock.reset();
    return reading();
  });
  app.post('/control/reset', (_request, reply) => {
    state.reset();
    return reply.code(204).send();
  });
};
