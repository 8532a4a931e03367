import type { ProviderAccount } from '@patchbay/capabilities';
import { z } from 'zod';

/** @see https://docs.github.com/en/rest/users/users#get-the-authenticated-user */
export const githubUser = z.object({ id: z.int(), login: z.string(), name: z.string().nullish(), email: z.string().nullish() });

/** @see https://docs.github.com/en/rest/users/emails#list-email-addresses-for-the-authenticated-user */
export const githubEmails = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }));

/** The address a person reads mail at, if they proved that it is theirs. */
export const primaryEmailIn = (emails: z.output<typeof githubEmails>): string | null =>
  emails.find(({ primary, verified }) => primary && verified)?.email ?? null;

/** The number stays when somebody takes another login. */
export const toProviderAccount = ({ id, login, name }: z.output<typeof githubUser>, email: string | null): ProviderAccount => ({
  id: String(id),
  email,
  name: name ?? login,
});
