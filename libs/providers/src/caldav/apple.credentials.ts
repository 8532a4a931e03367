import type { CredentialsCapability, Outbound } from '@patchbay/capabilities';
import { z } from 'zod';
import { secretField, textField } from '../_kit/credential-fields.js';
import { filled } from '../_kit/credential-schemas.js';
import { withoutSlash } from '../_kit/oauth-variables.js';
import { discoverAt } from './caldav.discovery.js';

/** Where iCloud is and how to get there. */
export interface AppleApi {
  readonly baseUrl: string;
  readonly outbound: Outbound;
  readonly now: () => Date;
}

const appleForm = z.strictObject({
  username: filled('the Apple Account').pipe(z.email('must be the e-mail address of the Apple Account')),
  // Apple shows it in four groups; people leave out the hyphens. https://support.apple.com/102654
  password: filled('the app-specific password')
    .regex(/^[a-z]{4}-?[a-z]{4}-?[a-z]{4}-?[a-z]{4}$/, 'must be an app-specific password: sixteen small letters, such as abcd-efgh-ijkl-mnop')
    .transform((text) => text.replaceAll('-', '').replaceAll(/(?<=.)(?=(.{4})+$)/g, '-')),
});

/** An iCloud calendar account. */
export const appleCredentials = ({ baseUrl, outbound, now }: AppleApi): CredentialsCapability => ({
  form: [
    textField({ name: 'username', label: 'Apple Account', help: 'The e-mail address you sign in with at Apple.' }),
    secretField({ name: 'password', label: 'App-specific password', help: 'Made at account.apple.com. Your usual password does not work.' }),
  ],
  schema: appleForm,
  check: async (credentials, accountId) => {
    const { username, password } = appleForm.parse(credentials);
    const base = new URL(baseUrl);
    const server = { provider: 'apple', outbound, now, username, password, accountId, isTrusted: (url: URL) => isApples(base, url) };
    const { principalUrl } = await discoverAt(server, `${withoutSlash(baseUrl)}/`);
    // Accounts move between the partitions pNN-caldav.icloud.com; the number in the path stays.
    return { id: new URL(new URL(principalUrl).pathname, base).href, email: username, name: null };
  },
});

/** iCloud leads every account on to the partition that holds it; the password goes nowhere else. */
const isApples = (base: URL, url: URL): boolean => {
  if (url.origin === base.origin) return true;
  return base.hostname === 'caldav.icloud.com' && url.protocol === 'https:' && url.port === '' && /(^|\.)icloud\.com$/.test(url.hostname);
};
