import { createHash } from 'node:crypto';
import type { FakeAccount } from '../_kit/fake.js';

/** The tenant of every personal account. https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference#payload-claims */
const personalTenant = '9188040d-6c67-4c5b-b112-36a304b66dad';
const workTenant = '7e5f1c9a-2b34-4d1e-9f60-0a5cb0e5a11d';

/** An address of Microsoft's own mail is a personal account; any other one stands for a work account. */
export const isPersonal = ({ email }: FakeAccount): boolean => /@(outlook|hotmail|live)\.[a-z.]+$/i.test(email);

/** The directory somebody belongs to. */
export const tenantOf = (account: FakeAccount): string => (isPersonal(account) ? personalTenant : workTenant);

/** The id in Microsoft Graph: 16 hexadecimal digits of a personal account, a GUID of a work account; the same in every run. */
export const graphIdOf = (account: FakeAccount): string => {
  const hex = createHash('sha256').update(`microsoft ${account.email}`).digest('hex');
  if (isPersonal(account)) return hex.slice(0, 16);
  return hex.slice(0, 32).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5');
};

/** @see https://learn.microsoft.com/graph/api/user-get#response-1 */
export const toGraphUser = (account: FakeAccount): Readonly<Record<string, unknown>> => ({
  businessPhones: [],
  displayName: `${account.givenName} ${account.familyName}`,
  givenName: account.givenName,
  jobTitle: null,
  // Personal accounts have none; the address stands in the principal name.
  mail: isPersonal(account) ? null : account.email,
  mobilePhone: null,
  officeLocation: null,
  preferredLanguage: null,
  surname: account.familyName,
  userPrincipalName: account.email,
  id: graphIdOf(account),
});
