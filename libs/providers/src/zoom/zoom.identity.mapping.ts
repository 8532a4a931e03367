import type { ProviderAccount } from '@patchbay/capabilities';
import { z } from 'zod';

/** @see https://developers.zoom.us/docs/api/users/#tag/users/GET/users/{userId} */
export const zoomUser = z.object({
  id: z.string().min(1),
  email: z.string().optional(),
  display_name: z.string().optional(),
  first_name: z.string().default(''),
  last_name: z.string().default(''),
});

/** Old accounts have no display name. */
export const toProviderAccount = (user: z.output<typeof zoomUser>): ProviderAccount => {
  const name = user.display_name ?? `${user.first_name} ${user.last_name}`.trim();
  return { id: user.id, email: user.email ?? null, name: name === '' ? null : name };
};
