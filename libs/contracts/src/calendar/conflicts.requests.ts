import { z } from 'zod';
import { instant } from '../booking/booking.models.js';
import { defineRequest } from '../definitions/define-request.js';
import { pageOf, pageQuery } from '../page.js';
import { conflict, conflictActions, conflictProposal, conflictResolution, conflictSeverities, conflictSideTypes } from './conflicts.models.js';

const dayMs = 24 * 60 * 60_000;
/** The longest time that can be asked for at once, from now on where nothing else is said. Days. */
export const conflictDaysMax = 400;
/** Conflicts that are resolved in one call. */
const bulkMax = 100;

const range = { from: instant.optional(), to: instant.optional() };
const startsFirst = ({ from, to }: { readonly from?: string | undefined; readonly to?: string | undefined }): boolean =>
  from === undefined || to === undefined || Date.parse(from) < Date.parse(to);
const startFault = { path: ['to'], message: 'must be after from' };
const isShort = ({ from, to }: { readonly from?: string | undefined; readonly to?: string | undefined }): boolean =>
  from === undefined || to === undefined || Date.parse(to) - Date.parse(from) <= conflictDaysMax * dayMs;
const lengthFault = { path: ['to'], message: `must be at most ${conflictDaysMax} days after from` };

/**
 * What is at the same time: blocks, bookings, and busy times of calendars that block or warn, as far as one of the two is a block or a booking. In the
 * order they begin. Without `from` from now on; without `to` for 90 days. People ask for themselves, services for one user.
 */
export const listConflicts = defineRequest({
  name: 'calendar.list-conflicts',
  version: 1,
  input: z
    .strictObject({
      ...range,
      status: z.enum(['open', 'resolved']).optional().describe('Left out: both.'),
      user_id: z.uuid().optional().describe('Services: whose. People: absent, or their own.'),
      ...pageQuery,
    })
    .refine(startsFirst, startFault)
    .refine(isShort, lengthFault),
  output: pageOf(conflict),
  errors: [],
});

const id = z.uuid();

/** One conflict, with times for its proposals. */
export const getConflict = defineRequest({
  name: 'calendar.get-conflict',
  version: 1,
  input: z.strictObject({ id }),
  output: conflict,
  errors: ['conflict_not_found'],
});

const decision = {
  action: z.enum(conflictActions),
  target_id: z
    .string()
    .min(1)
    .max(1_000)
    .optional()
    .describe('Which side, by its `id`; needed only where both could be meant: else the first proposal.'),
  start_time: instant.optional().describe('`move_block` and `propose_time`: where to. Left out: the next free time.'),
};

/** Decides about a conflict. Deciding the same again changes nothing. */
export const resolveConflict = defineRequest({
  name: 'calendar.resolve-conflict',
  version: 1,
  input: z.strictObject({ id, ...decision }),
  output: conflictResolution,
  errors: ['conflict_not_found', 'conflict_changed', 'conflict_action_unsupported', 'conflict_no_time_free', 'block_limit_reached'],
});

/** What became of one conflict among several, or would. */
const bulkOutcome = z.object({
  conflict_id: z.uuid(),
  status: z.enum(['resolved', 'would_resolve', 'failed']),
  /** What it would come to; of a preview only. */
  proposal: conflictProposal.nullable(),
  resolution: conflictResolution.nullable(),
  /** The code of the failure; nothing was changed then. */
  code: z.string().nullable(),
});
/** What became of one conflict among several, or would. */
export type BulkOutcome = z.output<typeof bulkOutcome>;

/**
 * Decides the same about several open conflicts, each by itself: one that fails takes nothing from the others. A preview says what would happen and
 * changes nothing.
 */
export const resolveConflicts = defineRequest({
  name: 'calendar.resolve-conflicts',
  version: 1,
  input: z
    .strictObject({
      ids: z.array(z.uuid()).min(1).max(bulkMax).optional(),
      filter: z
        .strictObject({
          ...range,
          severity: z.enum(conflictSeverities).optional(),
          involves: z.enum(conflictSideTypes).optional().describe('One of the two is such a one.'),
        })
        .refine(startsFirst, startFault)
        .refine(isShort, lengthFault)
        .optional()
        .describe(`The first ${bulkMax} open conflicts that it fits.`),
      cursor: z
        .string()
        .max(200)
        .optional()
        .describe('Goes with `filter`: the `next_cursor` of the call before. Those that failed there are not tried again.'),
      action: decision.action,
      preview: z.boolean().default(false),
    })
    .refine(({ ids, filter }) => (ids === undefined) !== (filter === undefined), { path: ['ids'], message: 'or filter must be there, and not both' })
    .refine(({ cursor, filter }) => cursor === undefined || filter !== undefined, { path: ['cursor'], message: 'goes with filter only' }),
  output: z.object({
    items: z.array(bulkOutcome),
    /** False: the filter fits more than one call resolves. */
    is_complete: z.boolean(),
    /** For the next call with the same filter; null when it is complete. */
    next_cursor: z.string().nullable(),
  }),
  errors: [],
  deadlineMs: 20_000,
});

/** Decisions about conflicts, newest first. */
export const listResolutions = defineRequest({
  name: 'calendar.list-resolutions',
  version: 1,
  input: z.strictObject({ conflict_id: z.uuid().optional(), ...pageQuery }),
  output: pageOf(conflictResolution),
  errors: [],
});

/**
 * Undoes a decision, and decides otherwise unless the action is `undo`. Blocks become what they were if nobody has changed them since. The decision that
 * is overridden stays in the history.
 */
export const overrideResolution = defineRequest({
  name: 'calendar.override-resolution',
  version: 1,
  input: z.strictObject({ resolution_id: z.uuid(), ...decision, action: z.enum(['undo', ...conflictActions]) }),
  output: conflictResolution,
  errors: [
    'resolution_not_found',
    'resolution_overridden',
    'conflict_changed',
    'conflict_action_unsupported',
    'conflict_no_time_free',
    'block_limit_reached',
  ],
});
