import type { ProviderAccount } from '@patchbay/capabilities';
import { z } from 'zod';

/** @see https://developers.google.com/identity/openid-connect/openid-connect#obtaininguserprofileinformation */
export const googleUserInfo = z.object({ id: z.string().min(1), email: z.string().optional(), name: z.string().optional() });

/** The name is there only when the person shared the profile, which is not asked for. */
export const toProviderAccount = ({ id, email, name }: z.output<typeof googleUserInfo>): ProviderAccount => ({
  id,
  email: email ?? null,
  name: name ?? null,
});
