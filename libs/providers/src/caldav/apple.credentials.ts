import { credentialsOfToken, ProviderError, type CredentialsCapability } from '@patchbay/capabilities';
import { z } from 'zod';
import { secretField, textField } from '../_kit/credential-fields.js';
import { filled } from '../_kit/credential-schemas.js';
import { withoutSlash } from '../_kit/oauth-variables.js';
import type { CaldavApi, OpenCaldavAccount } from './caldav.account.js';
import { discoverAt } from './caldav.discovery.js';
import type { CaldavServer } from './caldav.http.js';

/** Where iCloud is and how to get there. */
export interface AppleApi extends CaldavApi {
  readonly baseUrl: string;
}

const appleForm = z.strictObject({
  username: filled('the Apple Account').pipe(z.email('must be the e-mail address of the Apple Account')),
  // Apple shows it in four groups; people leave out the hyphens. https://support.apple.com/102654
  password: filled('the app-specific password')
    .regex(/^[a-z]{4}-?[a-z]{4}-?[a-z]{4}-?[a-z]{4}$/, 'must be an app-specific password: sixteen small letters, such as abcd-efgh-ijkl-mnop')
    .transform((text) => text.replaceAll('-', '').replaceAll(/(?<=.)(?=(.{4})+$)/g, '-')),
});

/** An iCloud calendar account. */
export const appleCredentials = (api: AppleApi): CredentialsCapability => ({
  form: [
    textField({ name: 'username', label: 'Apple Account', help: 'The e-mail address you sign in with at Apple.' }),
    secretField({ name: 'password', label: 'App-specific password', help: 'Made at account.apple.com. Your usual password does not work.' }),
  ],
  schema: appleForm,
  check: async (credentials, accountId) => {
    const { username, password } = appleForm.parse(credentials);
    const { principalUrl } = await discoverAt(serverOf(api, { username, password, accountId }), rootOf(api));
    return { id: lastingAddress(api, principalUrl), email: username, name: null };
  },
});

/** An iCloud account: where its calendars are, its owner's name says. */
export const appleAccount =
  (api: AppleApi): OpenCaldavAccount =>
  (token) => {
    const { username, password } = appleForm.parse(credentialsOfToken(token));
    const server = serverOf(api, { username, password, accountId: token.accountId });
    const findHome = async (): Promise<string> => (await discoverAt(server, rootOf(api))).homeUrl;
    return {
      server,
      findHome,
      idOf: (url) => lastingAddress(api, url),
      locate: async (calendarId) => {
        if (!/^https?:/.test(calendarId) || !URL.canParse(calendarId))
          throw new ProviderError(server.provider, 'not_found', { reason: 'no_calendar' });
        return new URL(new URL(calendarId).pathname, await findHome()).href;
      },
    };
  };

/** Accounts move between the partitions pNN-caldav.icloud.com; the number in the path stays. */
const lastingAddress = ({ baseUrl }: AppleApi, url: string): string => new URL(new URL(url).pathname, baseUrl).href;

const rootOf = ({ baseUrl }: AppleApi): string => `${withoutSlash(baseUrl)}/`;

const serverOf = ({ baseUrl, outbound, now }: AppleApi, who: Pick<CaldavServer, 'username' | 'password' | 'accountId'>): CaldavServer => {
  const base = new URL(baseUrl);
  return { provider: 'apple', outbound, now, ...who, isTrusted: (url) => isApples(base, url) };
};

/** iCloud leads every account on to the partition that holds it; the password goes nowhere else. */
const isApples = (base: URL, url: URL): boolean => {
  if (url.origin === base.origin) return true;
  return base.hostname === 'caldav.icloud.com' && url.protocol === 'https:' && url.port === '' && /(^|\.)icloud\.com$/.test(url.hostname);
};
