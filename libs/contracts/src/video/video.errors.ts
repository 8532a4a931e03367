import { defineErrors } from '../definitions/define-errors.js';

/** Failures of video accounts. */
export const videoErrors = defineErrors({
  video_account_not_found: {
    status: 404,
    title: 'There is no such video account.',
    remedy: "List the video accounts; another user's are never visible.",
  },
});
