import { credentialsOfToken, ProviderError, type CredentialsCapability } from '@patchbay/capabilities';
import { z } from 'zod';
import { secretField, textField, urlField } from '../_kit/credential-fields.js';
import { filled, httpAddress } from '../_kit/credential-schemas.js';
import type { CaldavApi, OpenCaldavAccount } from './caldav.account.js';
import { discover } from './caldav.discovery.js';
import type { CaldavServer } from './caldav.http.js';

const caldavForm = z.strictObject({
  server_url: httpAddress("the server's address"),
  // https://www.rfc-editor.org/rfc/rfc7617#section-2: a colon would end the user name.
  username: filled('the user name').regex(/^[^:]+$/, 'must not have a colon in it'),
  password: z.string({ error: 'enter the password' }).min(1, 'enter the password'),
});

/** A calendar account on any CalDAV server. */
export const caldavCredentials = (api: CaldavApi): CredentialsCapability => ({
  form: [
    urlField({ name: 'server_url', label: 'Server', help: 'Such as https://dav.example.com. The whole address of your account works as well.' }),
    textField({ name: 'username', label: 'User name' }),
    secretField({ name: 'password', label: 'Password', help: 'Where the server offers app passwords, make one for this.' }),
  ],
  schema: caldavForm,
  check: async (credentials, accountId) => {
    const { server_url: serverUrl, username, password } = caldavForm.parse(credentials);
    const server = serverOf(api, { serverUrl, username, password, accountId });
    const { principalUrl } = await discover(server, serverUrl);
    return { id: principalUrl, email: username.includes('@') ? username : null, name: username.includes('@') ? null : username };
  },
});

/** An account on the server that its owner named. */
export const caldavAccount =
  (api: CaldavApi): OpenCaldavAccount =>
  (token) => {
    const { server_url: serverUrl, username, password } = caldavForm.parse(credentialsOfToken(token));
    const server = serverOf(api, { serverUrl, username, password, accountId: token.accountId });
    return {
      server,
      findHome: async () => (await discover(server, serverUrl)).homeUrl,
      idOf: (url) => url,
      locate: async (calendarId) => {
        if (!/^https?:/.test(calendarId) || !URL.canParse(calendarId))
          throw new ProviderError(server.provider, 'not_found', { reason: 'no_calendar' });
        return calendarId;
      },
    };
  };

interface Typed {
  readonly serverUrl: string;
  readonly username: string;
  readonly password: string;
  readonly accountId: string;
}

const serverOf = ({ outbound, now }: CaldavApi, { serverUrl, username, password, accountId }: Typed): CaldavServer => {
  const { protocol } = new URL(serverUrl);
  // A password that was entered for https must not travel in the clear because a redirect says so.
  const isTrusted = (url: URL): boolean => url.protocol === protocol || url.protocol === 'https:';
  return { provider: 'caldav', outbound, now, username, password, accountId, isTrusted };
};
