import { z } from 'zod';
import { defineRequest, type RequestContract } from '../definitions/define-request.js';
import { pageOf, pageQuery } from '../page.js';

/** The services that consume events, and so can have dead letters. */
export const consumingServices = ['auth', 'calendar', 'video', 'webhooks'] as const;
export type ConsumingService = (typeof consumingServices)[number];

/** An event that a service could not handle, kept with the reason. */
export const deadLetter = z.object({
  id: z.uuid(),
  service: z.enum(consumingServices),
  subject: z.string(),
  event_id: z.string().nullable(),
  error: z.string(),
  payload: z.string(),
  attempts: z.int(),
  created_at: z.iso.datetime(),
  replayed_at: z.iso.datetime().nullable(),
});
export type DeadLetter = z.output<typeof deadLetter>;

const listInput = z.strictObject({ ...pageQuery });
const listOutput = pageOf(deadLetter);
const replayInput = z.strictObject({ id: z.uuid() });

/** Dead letters of one service. Every consuming service answers it under its own name. */
export const listDeadLetters = (service: ConsumingService): RequestContract<typeof listInput, typeof listOutput> =>
  defineRequest({ name: `${service}.list-dead-letters`, version: 1, input: listInput, output: listOutput, errors: [] });

/** Puts one dead letter back before its handler; answers it as it then is. */
export const replayDeadLetter = (service: ConsumingService): RequestContract<typeof replayInput, typeof deadLetter> =>
  defineRequest({ name: `${service}.replay-dead-letter`, version: 1, input: replayInput, output: deadLetter, errors: ['dead_letter_not_found'] });
