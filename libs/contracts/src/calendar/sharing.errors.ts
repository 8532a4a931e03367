import { defineErrors } from '../definitions/define-errors.js';

/** Failures of sharing calendars. */
export const sharingErrors = defineErrors({
  sharing_unsupported: {
    status: 409,
    title: 'Calendars of this provider cannot be shared from here.',
    remedy: "Share it in the provider's own pages.",
  },
  calendar_share_refused: {
    status: 400,
    title: 'The provider does not share the calendar like this.',
    remedy: 'Check the address, and choose another role: not every provider has all of them.',
  },
});
