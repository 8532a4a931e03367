import type { CredentialsCapability, ProviderAccount } from '@patchbay/capabilities';
import { z } from 'zod';
import { secretField } from '../_kit/credential-fields.js';
import { filled } from '../_kit/credential-schemas.js';
import type { FailureReader } from '../_kit/provider-failure.js';
import type { ProviderHttp } from '../_kit/provider-http.js';

const stripeForm = z.strictObject({
  secret_key: filled('the secret key').regex(/^(sk|rk)_(test|live)_\w+$/, 'must be a secret or restricted key: it begins with sk_ or rk_'),
});

/** @see https://docs.stripe.com/api/accounts/object */
export const stripeAccount = z.object({
  id: z.string().min(1),
  email: z.string().nullish(),
  business_profile: z.object({ name: z.string().nullish() }).nullish(),
  settings: z.object({ dashboard: z.object({ display_name: z.string().nullish() }).nullish() }).nullish(),
});

/** A Stripe account by one of its keys. */
export const stripeCredentials = (http: ProviderHttp): CredentialsCapability => ({
  form: [
    secretField({ name: 'secret_key', label: 'Secret key', help: 'From the Stripe dashboard, Developers, API keys. It begins with sk_ or rk_.' }),
  ],
  schema: stripeForm,
  check: async (credentials, accountId) => {
    const token = { value: stripeForm.parse(credentials).secret_key, accountId };
    return toProviderAccount(await http.call({ method: 'GET', operation: 'account.get', path: '/v1/account', token, schema: stripeAccount }));
  },
});

/** The name people know the account by, where there is one. */
export const toProviderAccount = ({ id, email, business_profile: profile, settings }: z.output<typeof stripeAccount>): ProviderAccount => ({
  id,
  email: email ?? null,
  name: profile?.name ?? settings?.dashboard?.display_name ?? null,
});

/** @see https://docs.stripe.com/api/errors */
const stripeErrorBody = z.object({ error: z.object({ type: z.string(), code: z.string().optional() }) });

/** Stripe's word for a failure: the code where there is one, else the type. */
export const readStripeFailure: FailureReader = (_status, body) => {
  const parsed = stripeErrorBody.safeParse(body);
  return parsed.success ? { reason: parsed.data.error.code ?? parsed.data.error.type } : {};
};
