import type { ProviderAccount } from '@patchbay/capabilities';
import { z } from 'zod';

/** @see https://www.dropbox.com/developers/documentation/http/documentation#users-get_current_account */
export const dropboxAccount = z.object({
  account_id: z.string().min(1),
  name: z.object({ display_name: z.string() }),
  email: z.string(),
  email_verified: z.boolean(),
});

/** Dropbox itself warns not to rely on an address that was not verified, so it is not told. */
export const toProviderAccount = ({ account_id: id, name, email, email_verified: isVerified }: z.output<typeof dropboxAccount>): ProviderAccount => ({
  id,
  email: isVerified ? email : null,
  name: name.display_name === '' ? null : name.display_name,
});
