import type { ProviderAccount } from '@patchbay/capabilities';
import { z } from 'zod';

/** @see https://discord.com/developers/docs/resources/user#user-object */
export const discordUser = z.object({
  id: z.string().min(1),
  username: z.string(),
  global_name: z.string().nullish(),
  email: z.string().nullish(),
  verified: z.boolean().default(false),
});

/** An address that nobody verified may be anybody's, so it is not told. */
export const toProviderAccount = ({ id, username, global_name: name, email, verified }: z.output<typeof discordUser>): ProviderAccount => ({
  id,
  email: verified ? (email ?? null) : null,
  name: name ?? username,
});
