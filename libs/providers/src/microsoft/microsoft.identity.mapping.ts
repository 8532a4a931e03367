import type { ProviderAccount } from '@patchbay/capabilities';
import { z } from 'zod';

/** @see https://learn.microsoft.com/graph/api/resources/user#properties */
export const graphUser = z.object({
  id: z.string().min(1),
  displayName: z.string().nullish(),
  mail: z.string().nullish(),
  userPrincipalName: z.string().nullish(),
});

/**
 * Somebody without a mailbox, and some personal accounts, have no `mail`: they sign in with an address, though. Neither proves that the
 * address is theirs, see https://learn.microsoft.com/entra/identity-platform/migrate-off-email-claim-authorization
 */
export const toProviderAccount = ({ id, displayName, mail, userPrincipalName }: z.output<typeof graphUser>): ProviderAccount => ({
  id,
  email: textOf(mail) ?? addressOf(userPrincipalName),
  name: textOf(displayName),
});

const textOf = (text: string | null | undefined): string | null => text?.trim() || null;

/** A guest signs in under a made-up name that has another's address in it: `ben_home.example#EXT#@host.onmicrosoft.com`. */
const addressOf = (principalName: string | null | undefined): string | null => {
  const name = textOf(principalName);
  return name === null || !name.includes('@') || name.toUpperCase().includes('#EXT#') ? null : name;
};
