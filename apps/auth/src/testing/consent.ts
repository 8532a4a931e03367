import { finishConnection, startConnection, type Connection } from '@patchbay/contracts';
import { request } from 'undici';
import { redirectUri, type AuthStack, type TestUser } from './auth-stack.js';

/** What a browser brings back from the provider's consent page. */
export interface BroughtBack {
  readonly state: string;
  readonly code?: string;
  readonly error?: string;
  readonly iss?: string;
}

/** Somebody clicks through a consent page: with `form` as they filled it in, otherwise with everything ticked. */
export async function consent(
  authUrl: string,
  choice: { readonly email: string } | { readonly form: readonly (readonly [string, string])[] },
): Promise<BroughtBack> {
  const url = new URL(authUrl);
  if ('email' in choice) url.searchParams.set('auto_approve', choice.email);
  const answer =
    'email' in choice
      ? await request(url)
      : await request(url, {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: choice.form.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&'),
        });
  await answer.body.dump();
  const location = answer.headers.location;
  if (typeof location !== 'string') throw new Error(`the consent page answered ${answer.statusCode} and led nowhere`);
  const parameters = new URL(location).searchParams;
  const read = (name: string): Record<string, string> => {
    const value = parameters.get(name);
    return value === null ? {} : { [name]: value };
  };
  return { state: parameters.get('state') ?? '', ...read('code'), ...read('error'), ...read('iss') };
}

export interface AccountToConnect {
  readonly provider: string;
  readonly email?: string;
}

/** Connects an account from beginning to end. */
export async function connectAccount(
  stack: AuthStack,
  user: TestUser,
  { provider, email = 'olivia.organiser@example.com' }: AccountToConnect,
): Promise<Connection> {
  const { auth_url: authUrl } = await stack.ask(startConnection, { provider, redirect_uri: redirectUri }, user);
  return stack.ask(finishConnection, { provider, ...(await consent(authUrl, { email })) }, user);
}
