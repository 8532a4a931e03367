import { z } from 'zod';
import { defineRequest } from '../definitions/define-request.js';
import { pageOf, pageQuery } from '../page.js';
import { activity, activityTypes } from './activity.models.js';

/** What Patchbay did for a user, newest first. */
export const listActivity = defineRequest({
  name: 'webhooks.list-activity',
  version: 1,
  input: z.strictObject({
    ...pageQuery,
    log_type: z.enum(activityTypes).optional(),
    integration_type: z.string().max(50).optional(),
    booking: z.string().max(200).optional().describe('A booking id.'),
    success: z.stringbool().or(z.boolean()).optional(),
    start_date: z.iso.datetime({ offset: true }).or(z.iso.date()).optional(),
    end_date: z.iso.datetime({ offset: true }).or(z.iso.date()).optional().describe('Inclusive.'),
    search: z.string().max(200).optional(),
  }),
  output: pageOf(activity),
  errors: [],
});
