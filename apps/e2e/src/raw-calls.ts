import type { SandboxControl } from '@patchbay/local-stack';
import { request } from 'undici';

/** An answer of the gateway, as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What to send, without any help of a client. */
export interface RawCall {
  readonly token?: string | undefined;
  readonly body?: string | undefined;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Calls a gateway. */
export async function callAt(gatewayUrl: string, call: RawCall & { readonly method: string; readonly path: string }): Promise<RawAnswer> {
  const { method, path, token, body, contentType = 'application/json', headers = {} } = call;
  const answer = await request(`${gatewayUrl}${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': contentType }),
      ...headers,
    },
    body: body ?? null,
  });
  const text = await answer.body.text();
  return { status: answer.statusCode, headers: answer.headers, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

/** What a browser sends back of the cookies in an answer. */
export const cookiesOf = ({ headers }: RawAnswer): string =>
  [headers['set-cookie'] ?? []]
    .flat()
    .filter((line) => !line.includes('Max-Age=0'))
    .map((line) => line.slice(0, line.indexOf(';')))
    .join('; ');

/** Where people sign in. */
export interface SignInPlace {
  readonly gatewayUrl: string;
  readonly sandbox: SandboxControl;
}

/** Signs a person in as a browser does, at a provider's consent page; answers what the gateway said in the end. */
export async function signInAt({ gatewayUrl, sandbox }: SignInPlace, { provider, email }: { readonly provider: string; readonly email: string }) {
  const redirectUri = `${gatewayUrl}/api/integrations/oauth/${provider}/callback/`;
  const path = `/api/integrations/oauth/${provider}/auth-url/?redirect_uri=${encodeURIComponent(redirectUri)}`;
  const started = await callAt(gatewayUrl, { method: 'GET', path });
  const returned = (await sandbox.consent(String(started.body['auth_url']), email)).searchParams;
  const brought = Object.fromEntries(['code', 'state', 'iss'].flatMap((name) => (returned.has(name) ? [[name, returned.get(name)]] : [])));
  return callAt(gatewayUrl, {
    method: 'POST',
    path: `/api/integrations/oauth/${provider}/callback/`,
    body: JSON.stringify({ ...brought, redirect_uri: redirectUri }),
    headers: { cookie: cookiesOf(started), origin: gatewayUrl },
  });
}
