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

/** The services that keep sealed values. */
export const sealingServices = ['auth', 'webhooks'] as const;
export type SealingService = (typeof sealingServices)[number];

/** Sealing everything a service keeps anew under the first master key. */
export const keyRotation = z.object({
  id: z.uuid(),
  service: z.enum(sealingServices),
  /** `completed` means that every value was opened again after it was sealed. */
  status: z.enum(['running', 'verifying', 'stopped', 'completed', 'failed']),
  /** Values that there were when it began. */
  total: z.int(),
  done: z.int(),
  /** Values that could not be opened; they are left as they are. */
  failed: z.int(),
  percent: z.number(),
  /** The id of the master key that everything is sealed under afterwards. */
  master_key_id: z.string(),
  /** Values by the id of the master key they are sealed under: as counted when it began, and once it has ended as they were found by opening them. */
  sealed_under: z.record(z.string(), z.int()),
  started_at: z.iso.datetime(),
  finished_at: z.iso.datetime().nullable(),
  last_error: z.string().nullable(),
});
export type KeyRotation = z.output<typeof keyRotation>;

const rotateInput = z.strictObject({ is_dry_run: z.stringbool().or(z.boolean()).default(false).describe('Only counts what there is to do.') });
const nothing = z.strictObject({});

/**
 * Begins to seal everything anew, or goes on where it was stopped; answers once everything is counted, and the work goes on behind it. A dry run begins
 * nothing: it answers as `completed`, with what is under the first key already as `done` and what no configured key opens as `failed`.
 */
export const startKeyRotation = (service: SealingService): RequestContract<typeof rotateInput, typeof keyRotation> =>
  // Counting reads every value; millions take some seconds.
  defineRequest({ name: `${service}.start-key-rotation`, version: 1, input: rotateInput, output: keyRotation, errors: [], deadlineMs: 25_000 });

/** The latest rotation. */
export const getKeyRotation = (service: SealingService): RequestContract<typeof nothing, typeof keyRotation> =>
  defineRequest({ name: `${service}.get-key-rotation`, version: 1, input: nothing, output: keyRotation, errors: ['key_rotation_not_found'] });

/** Stops the rotation after the values in hand; starting goes on from there. */
export const stopKeyRotation = (service: SealingService): RequestContract<typeof nothing, typeof keyRotation> =>
  defineRequest({ name: `${service}.stop-key-rotation`, version: 1, input: nothing, output: keyRotation, errors: ['key_rotation_not_found'] });
