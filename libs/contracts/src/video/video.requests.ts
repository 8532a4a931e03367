import { z } from 'zod';
import { defineRequest } from '../definitions/define-request.js';
import { pageOf, pageQuery } from '../page.js';
import { videoAccount } from './video.models.js';

/** A user's video accounts, newest first. */
export const listVideoAccounts = defineRequest({
  name: 'video.list-accounts',
  version: 1,
  input: z.strictObject({ ...pageQuery }),
  output: pageOf(videoAccount),
  errors: [],
});

/** One video account. */
export const getVideoAccount = defineRequest({
  name: 'video.get-account',
  version: 1,
  input: z.strictObject({ id: z.uuid() }),
  output: videoAccount,
  errors: ['video_account_not_found'],
});

/** Changes the settings of a video account that are sent. */
export const updateVideoAccount = defineRequest({
  name: 'video.update-account',
  version: 1,
  input: z.strictObject({ id: z.uuid(), is_active: z.boolean().optional(), auto_generate_links: z.boolean().optional() }),
  output: videoAccount,
  errors: ['video_account_not_found'],
});
