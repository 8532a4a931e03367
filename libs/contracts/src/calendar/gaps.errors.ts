import { defineErrors } from '../definitions/define-errors.js';

/** Failures of gap reports. */
export const gapErrors = defineErrors({
  calendar_gap_not_found: {
    status: 404,
    title: 'There is no such gap report.',
    remedy: 'List the gaps of the account: the latest hundred are kept, and those of an account that is disconnected are forgotten.',
  },
});
