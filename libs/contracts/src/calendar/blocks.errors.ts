import { defineErrors } from '../definitions/define-errors.js';

/** Failures of times that people block by hand. */
export const blocksErrors = defineErrors({
  block_not_found: {
    status: 404,
    title: 'There is no such block.',
    remedy: "List the blocks; another user's are never visible.",
  },
  block_limit_reached: {
    status: 409,
    title: 'There are as many blocks as one user may have.',
    remedy: 'Delete blocks, or let them repeat less often: `details` says how many blocks, and how many of their times, are kept.',
  },
});
