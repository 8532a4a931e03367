import type { ProviderAccount } from '@patchbay/capabilities';
import { z } from 'zod';

/** @see https://developer.webex.com/docs/api/v1/people/get-my-own-details */
export const webexPerson = z.object({
  id: z.string().min(1),
  emails: z.array(z.string()).default([]),
  displayName: z.string().optional(),
  firstName: z.string().default(''),
  lastName: z.string().default(''),
});

/** A person has one address at Webex, although it stands in a list. */
export const toProviderAccount = ({ id, emails, displayName, firstName, lastName }: z.output<typeof webexPerson>): ProviderAccount => {
  const name = displayName ?? `${firstName} ${lastName}`.trim();
  return { id, email: emails[0] ?? null, name: name === '' ? null : name };
};
