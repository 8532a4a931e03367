import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { request } from 'undici';
import { redirectUri } from './auth-stack.js';
import type { BroughtBack } from './consent.js';

export const certifiedClient = { id: 'patchbay', secret: 'a-secret-of-the-certified-server' };

/** An authorization server that nobody here wrote, under the paths of Zoom, and the one page of Zoom's API that says who connected. */
export interface CertifiedServer {
  readonly url: string;
  /** Refresh tokens in the order in which they were exchanged. */
  readonly refreshed: readonly string[];
  /** Somebody signs in and consents. */
  consent(authUrl: string, accountId: string): Promise<BroughtBack>;
  /** What the API answers to a token. */
  statusOf(accessToken: string): Promise<number>;
  /** Somebody else's attempt at the token endpoint, with the client's own secret. */
  replay(refreshToken: string): Promise<number>;
  stop(): Promise<void>;
}

/** Starts it; always `stop()` it. */
export async function startCertifiedServer(): Promise<CertifiedServer> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = authorizationServer(url);
  const refreshed: string[] = [];
  provider.on('grant.success', ({ oidc }) => {
    const token = oidc.params?.['refresh_token'];
    if (typeof token === 'string') refreshed.push(token);
  });
  serve(server, provider);
  return {
    url,
    refreshed,
    consent: (authUrl, accountId) => browse(withAccount(authUrl, accountId)),
    statusOf: async (token) => statusOf(await request(`${url}/v2/users/me`, { headers: { authorization: `Bearer ${token}` } })),
    replay: async (token) =>
      statusOf(
        await request(`${url}/oauth/token`, {
          method: 'POST',
          headers: {
            authorization: `Basic ${Buffer.from(`${certifiedClient.id}:${certifiedClient.secret}`).toString('base64')}`,
            'content-type': 'application/x-www-form-urlencoded',
          },
          body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token }).toString(),
        }),
      ),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const authorizationServer = (issuer: string): Provider =>
  new Provider(issuer, {
    clients: [
      {
        client_id: certifiedClient.id,
        client_secret: certifiedClient.secret,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_basic',
        application_type: 'native',
      },
    ],
    routes: { authorization: '/oauth/authorize', token: '/oauth/token', revocation: '/oauth/revoke' },
    scopes: ['meeting:read', 'meeting:write', 'user:read'],
    features: { devInteractions: { enabled: false }, revocation: { enabled: true } },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: async () => true,
    ttl: { AccessToken: 3_600, RefreshToken: 86_400, AuthorizationCode: 60, Grant: 86_400, Interaction: 600, Session: 600 },
    cookies: { keys: ['only-for-tests'] },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    findAccount: async (_context, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  });

function serve(server: Server, provider: Provider): void {
  const protocol = provider.callback();
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    if (incoming.url?.startsWith('/interaction/') === true) return agree(provider, incoming, outgoing);
    if (incoming.url === '/v2/users/me') return whoAmI(provider, incoming, outgoing);
    await protocol(incoming, outgoing);
  };
  server.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => {
    answer(incoming, outgoing).catch((error: unknown) => outgoing.writeHead(500).end(String(error)));
  });
}

/** Whoever is hinted at signs in, and allows all that is asked for. */
async function agree(provider: Provider, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const { prompt, params, session } = await provider.interactionDetails(incoming, outgoing);
  if (prompt.name === 'login') {
    await provider.interactionFinished(incoming, outgoing, { login: { accountId: String(params['login_hint']) } });
    return;
  }
  const grant = new provider.Grant({ accountId: session?.accountId ?? '', clientId: String(params['client_id']) });
  grant.addOIDCScope(String(params['scope']));
  await provider.interactionFinished(incoming, outgoing, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
}

async function whoAmI(provider: Provider, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const token = await provider.AccessToken.find(incoming.headers.authorization?.replace('Bearer ', '') ?? '');
  outgoing.setHeader('content-type', 'application/json');
  if (token === undefined) outgoing.writeHead(401).end(JSON.stringify({ code: 124, message: 'Invalid access token.' }));
  else outgoing.end(JSON.stringify({ id: token.accountId, email: `${token.accountId}@example.com`, first_name: 'A', last_name: 'Person' }));
}

function withAccount(authUrl: string, accountId: string): URL {
  const url = new URL(authUrl);
  url.searchParams.set('login_hint', accountId);
  return url;
}

/** Follows redirects with cookies, as a browser does, until one leads away from the server. */
async function browse(start: URL): Promise<BroughtBack> {
  const cookies = new Map<string, string>();
  let at = start;
  for (let steps = 0; steps < 10; steps += 1) {
    const answer = await request(at, { headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') } });
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const text = await answer.body.text();
    const { location } = answer.headers;
    if (typeof location !== 'string') throw new Error(`the server answered ${answer.statusCode} and led nowhere: ${text.slice(0, 300)}`);
    at = new URL(location, at);
    if (at.origin !== start.origin) return broughtBack(at.searchParams);
  }
  throw new Error('the server led in circles');
}

function broughtBack(parameters: URLSearchParams): BroughtBack {
  const read = (name: string): Record<string, string> => (parameters.has(name) ? { [name]: parameters.get(name) ?? '' } : {});
  return { state: parameters.get('state') ?? '', ...read('code'), ...read('error'), ...read('iss') };
}

async function statusOf(answer: Awaited<ReturnType<typeof request>>): Promise<number> {
  await answer.body.dump();
  return answer.statusCode;
}
