import type { ProviderAccount } from '@patchbay/capabilities';
import { z } from 'zod';

/**
 * `user_id` is the account's id wherever it is named, also in notices; `id` is another one for each app, and what Meta calls the account when the person leaves.
 * They outgrow a number, so only text is taken.
 */
const user = z.object({ user_id: z.string().min(1), id: z.string().min(1).optional(), username: z.string().optional() });

/**
 * The guide shows the account as the only element of `data`, the reference without.
 *
 * @see https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/get-started
 * @see https://developers.facebook.com/docs/instagram-platform/reference/me
 */
export const instagramUser = z.union([user, z.object({ data: z.tuple([user]) }).transform(({ data: [only] }) => only)]);

/** Instagram never tells addresses. */
export const toProviderAccount = ({ user_id: id, id: appScopedId, username }: z.output<typeof instagramUser>): ProviderAccount => ({
  id,
  ...(appScopedId !== undefined && { aliases: [appScopedId] }),
  email: null,
  name: username ?? null,
});
