import type { ProviderAccount } from '@patchbay/capabilities';
import { z } from 'zod';

/** @see https://developers.google.com/workspace/drive/api/reference/rest/v3/User */
export const driveAbout = z.object({
  user: z.object({ permissionId: z.string().min(1), emailAddress: z.string().optional(), displayName: z.string().optional() }),
});

/** The id by which Drive knows a person; it is not the one of the Google account. The address may be hidden. */
export const toProviderAccount = ({ user }: z.output<typeof driveAbout>): ProviderAccount => ({
  id: user.permissionId,
  email: user.emailAddress ?? null,
  name: user.displayName ?? null,
});
