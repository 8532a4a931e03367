import { ProviderError, type AccessToken, type CredentialsCapability, type ProviderAccount } from '@patchbay/capabilities';
import { z } from 'zod';
import { secretField } from '../_kit/credential-fields.js';
import { filled } from '../_kit/credential-schemas.js';
import type { ProviderHttp } from '../_kit/provider-http.js';

const sendgridForm = z.strictObject({
  api_key: filled('the API key').regex(/^SG\.[\w-]+\.[\w-]+$/, 'must be an API key: it begins with SG. and has three parts'),
});

/** @see https://www.twilio.com/docs/sendgrid/api-reference/api-key-permissions/retrieve-a-list-of-scopes-for-which-this-user-has-access */
const sendgridScopes = z.object({ scopes: z.array(z.string()) });

/** @see https://www.twilio.com/docs/sendgrid/api-reference/users-api/retrieve-your-username */
const sendgridUsername = z.object({ username: z.string(), user_id: z.int() });

/** A SendGrid account by one of its keys, which must be allowed to send. */
export const sendgridCredentials = (http: ProviderHttp): CredentialsCapability => ({
  form: [
    secretField({
      name: 'api_key',
      label: 'API key',
      help: 'From SendGrid, Settings, API Keys, with the permission to send mail. It is shown once, when it is made.',
    }),
  ],
  schema: sendgridForm,
  check: async (credentials, accountId) => {
    const { api_key: value } = sendgridForm.parse(credentials);
    const token = { value, accountId };
    const { scopes } = await http.call({ method: 'GET', operation: 'scopes.list', path: '/v3/scopes', token, schema: sendgridScopes });
    if (!scopes.includes('mail.send')) throw new ProviderError('sendgrid', 'forbidden', { reason: 'mail.send' });
    return scopes.includes('user.username.read') ? askAccount(http, token) : accountOfKey(value);
  },
});

const askAccount = async (http: ProviderHttp, token: AccessToken): Promise<ProviderAccount> => {
  const user = await http.call({ method: 'GET', operation: 'user.username', path: '/v3/user/username', token, schema: sendgridUsername });
  return { id: String(user.user_id), email: null, name: user.username };
};

/** A key that may not say whose it is stands for itself: its second part is its id, which SendGrid shows in lists. */
const accountOfKey = (key: string): ProviderAccount => ({ id: `key:${key.split('.')[1] ?? ''}`, email: null, name: null });
