import { defineErrors } from '../definitions/define-errors.js';

/** Failures of conflicts between blocks, calendars and bookings. */
export const conflictsErrors = defineErrors({
  conflict_not_found: {
    status: 404,
    title: 'There is no such conflict.',
    remedy: 'List the conflicts: one whose sides were moved is another one.',
  },
  conflict_changed: {
    status: 409,
    title: 'The sides of the conflict are not what they were.',
    remedy: 'Look at the conflicts again and decide anew; nothing was changed.',
  },
  conflict_action_unsupported: {
    status: 400,
    title: 'This action is none for this conflict.',
    remedy: 'Take one of the `proposals` of the conflict.',
  },
  conflict_no_time_free: {
    status: 409,
    title: 'No free time was found within two weeks.',
    remedy: 'Send the `start_time` that is wanted, or take another action.',
  },
  resolution_not_found: {
    status: 404,
    title: 'There is no such resolution.',
    remedy: "Look at the history of conflicts; another user's is never visible.",
  },
  resolution_overridden: {
    status: 409,
    title: 'The resolution was overridden already.',
    remedy: 'Override the newer one, which the history names.',
  },
});
