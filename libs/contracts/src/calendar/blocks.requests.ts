import { z } from 'zod';
import { instant } from '../booking/booking.models.js';
import { timeZone } from '../time-zone.js';
import { defineRequest } from '../definitions/define-request.js';
import { pageOf, pageQuery } from '../page.js';
import { manualBlock } from './blocks.models.js';

const recurrenceLine = z
  .string()
  .max(2_000)
  .regex(/^(RRULE|RDATE|EXDATE)[:;][^\r\n]+$/, 'must be an RRULE, RDATE or EXDATE line of RFC 5545');

const blockFields = {
  title: z.string().trim().min(1).max(500),
  note: z.string().max(8_000).nullable(),
  start_time: instant,
  end_time: instant,
  time_zone: timeZone.describe('What whole days and repetitions go by, such as `Europe/Berlin`.'),
  is_all_day: z.boolean().describe('True: every day of `time_zone` that the time touches, from midnight to midnight.'),
  recurrence: z.array(recurrenceLine).max(50).describe('`RRULE`, `RDATE` and `EXDATE` lines (RFC 5545); empty when it does not repeat.'),
};
const block_id = z.uuid();

/** Blocks of a person, newest first; with `from` and `to` those that take place between them. */
export const listBlocks = defineRequest({
  name: 'calendar.list-blocks',
  version: 1,
  input: z
    .strictObject({ from: instant.optional(), to: instant.optional(), ...pageQuery })
    .refine(({ from, to }) => (from === undefined) === (to === undefined), { path: ['to'], message: 'goes together with from' })
    .refine(({ from, to }) => from === undefined || to === undefined || Date.parse(from) < Date.parse(to), {
      path: ['to'],
      message: 'must be after from',
    }),
  output: pageOf(manualBlock),
  errors: [],
});

/** One block. */
export const getBlock = defineRequest({
  name: 'calendar.get-block',
  version: 1,
  input: z.strictObject({ block_id }),
  output: manualBlock,
  errors: ['block_not_found'],
});

/** Blocks a time. The same `idempotency_key` never makes two: the block that is there already is answered as it is. */
export const createBlock = defineRequest({
  name: 'calendar.create-block',
  version: 1,
  input: z.strictObject({
    ...blockFields,
    note: blockFields.note.default(null),
    is_all_day: blockFields.is_all_day.default(false),
    recurrence: blockFields.recurrence.default([]),
    idempotency_key: z.string().min(1).max(200).optional().describe('Also the header `Idempotency-Key`.'),
  }),
  output: manualBlock,
  errors: ['block_limit_reached'],
});

/** Changes the fields that are sent. A block that repeats changes in all its times. */
export const updateBlock = defineRequest({
  name: 'calendar.update-block',
  version: 1,
  input: z.strictObject({ block_id, ...z.object(blockFields).partial().shape }),
  output: manualBlock,
  errors: ['block_not_found', 'block_limit_reached'],
});

/** Removes a block, with all its times. */
export const deleteBlock = defineRequest({
  name: 'calendar.delete-block',
  version: 1,
  input: z.strictObject({ block_id }),
  output: z.null(),
  errors: ['block_not_found'],
});
