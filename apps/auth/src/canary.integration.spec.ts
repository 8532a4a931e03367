import { randomBytes } from 'node:crypto';
import {
  authenticateApiKey,
  checkConnection,
  connectWithCredentials,
  createApiKey,
  disconnectConnection,
  examineInstallation,
  finishConnection,
  finishOAuth,
  getAccessToken,
  getCredentials,
  getKeyRotation,
  importConnections,
  listConnections,
  refreshSession,
  signOut,
  startConnection,
  startKeyRotation,
  type SessionTokens,
} from '@patchbay/contracts';
import { waitFor } from '@patchbay/testing';
import { request } from 'undici';
import { aUser, redirectUri, type TestUser } from './testing/auth-stack.js';
import { startCanaryStack, type CanaryStack } from './testing/canary-stack.js';
import { connectAccount, consent } from './testing/consent.js';
import type { Misbehaviour } from './testing/echoing-proxy.js';
import { fernetToken } from './testing/fernet-token.js';
import { consentAt, signIn } from './testing/sign-in-stack.js';

const hourMs = 60 * 60_000;
const admin = aUser('admin');
const failures: readonly Misbehaviour[] = [
  { status: 400, error: 'invalid_request' },
  { status: 401, error: 'invalid_client' },
  { status: 429, error: 'rate_limited' },
  'unparsable',
  'drops',
  { status: 500, error: 'server_error' },
];

describe('planted secrets', () => {
  let stack: CanaryStack;

  beforeAll(async () => {
    stack = await startCanaryStack();
    await signInAndOut();
    await connectAndRefresh();
    await beRefused();
    await useCredentials();
    await importTokens();
    await rotateKeys();
    await failInEveryWay();
    await stack.attempt(examineInstallation, {}, admin);
  }, 120_000);
  afterAll(() => stack.stop());

  const plant = ({ access_token: access, refresh_token: refresh }: SessionTokens): void => {
    for (const token of [access, refresh]) stack.secrets.plant('session token', token);
  };

  async function signInAndOut(): Promise<void> {
    const { key } = await stack.ask(createApiKey, { name: 'canary', role: 'service' }, admin);
    stack.secrets.plant('api key', key);
    await stack.ask(authenticateApiKey, { key });
    await stack.attempt(authenticateApiKey, { key: `${key}x` });
    for (const provider of ['google', 'discord', 'github', 'microsoft'] as const)
      plant(await signIn(stack, provider, `canary.${provider}@example.com`));
    const tokens = await signIn(stack, 'google', 'canary@example.com');
    const next = await stack.ask(refreshSession, { refresh_token: tokens.refresh_token });
    for (const one of [tokens, next]) plant(one);
    await stack.attempt(refreshSession, { refresh_token: tokens.refresh_token });
    await stack.attempt(signOut, { refresh_token: next.refresh_token, everywhere: false });
    const brought = await consentAt(stack, { provider: 'github', email: 'canary@example.com' });
    stack.secrets.plant('flow binding', brought.flow_binding);
    stack.secrets.plant('state', brought.state);
    stack.secrets.plant('code', brought.code);
    await stack.attempt(finishOAuth, { ...brought, flow_binding: randomBytes(32).toString('base64url') });
    await stack.attempt(finishOAuth, { ...brought, code: `${brought.code}x` });
  }

  async function connectAndRefresh(): Promise<void> {
    for (const provider of ['zoom', 'google'] as const) {
      const user = aUser();
      const { id } = await connectAccount(stack, user, { provider, email: `canary@example.com` });
      const first = await stack.ask(getAccessToken, { connection_id: id });
      stack.clock.aheadMs += hourMs;
      const second = await stack.ask(getAccessToken, { connection_id: id });
      const third = await stack.ask(getAccessToken, { connection_id: id, rejected_token: second.access_token });
      for (const { access_token: token } of [first, second, third]) stack.secrets.plant('provider token', token);
      await stack.ask(listConnections, { limit: 10 }, user);
      await stack.ask(disconnectConnection, { id }, user);
    }
  }

  /** Whatever is brought back is wrong in one way or the other, and the refusal repeats it. */
  async function beRefused(): Promise<void> {
    const user = aUser();
    const begin = async () => {
      const { auth_url: authUrl } = await stack.ask(startConnection, { provider: 'zoom', redirect_uri: redirectUri }, user);
      const brought = await consent(authUrl, { email: 'refused@example.com' });
      stack.secrets.plant('state', brought.state);
      stack.secrets.plant('code', brought.code);
      return { provider: 'zoom', ...brought };
    };
    const brought = await begin();
    await stack.attempt(finishConnection, brought, aUser());
    await stack.attempt(finishConnection, { ...brought, provider: 'google' }, user);
    stack.proxy.misbehaviour = { status: 400, error: 'invalid_grant' };
    await stack.attempt(finishConnection, brought, user);
    stack.proxy.misbehaviour = null;
    const { id } = await stack.ask(finishConnection, await begin(), user);
    stack.clock.aheadMs += hourMs;
    stack.proxy.misbehaviour = { status: 400, error: 'invalid_grant' };
    await stack.attempt(getAccessToken, { connection_id: id });
    stack.proxy.misbehaviour = null;
  }

  async function useCredentials(): Promise<void> {
    const user = aUser();
    const credentials = { ...stack.caldav.fake.credentialsOf('olivia.organiser@example.com', stack.caldav.url) };
    const wrong = `wrong-${randomBytes(12).toString('hex')}`;
    for (const password of [credentials['password'], wrong]) stack.secrets.plant('password', password);
    await stack.attempt(connectWithCredentials, { provider: 'caldav', credentials: { ...credentials, password: wrong } }, user);
    await stack.attempt(connectWithCredentials, { provider: 'caldav', credentials: { ...credentials, server_url: wrong } }, user);
    const { id } = await stack.ask(connectWithCredentials, { provider: 'caldav', credentials }, user);
    await stack.ask(getCredentials, { connection_id: id });
    stack.caldav.faults.failNext({ status: 500 });
    await stack.attempt(checkConnection, { id }, user);
    stack.caldav.faults.clear();
  }

  async function importTokens(): Promise<void> {
    const tokens = ['access', 'refresh', 'other access'].map((name) => `imported-${name}-${randomBytes(12).toString('hex')}`);
    const [access = '', refresh = '', other = ''] = tokens;
    const [sealed, foreign] = [fernetToken(other, stack.fernetKey), fernetToken(other, randomBytes(32))];
    for (const token of tokens) stack.secrets.plant('provider token', token);
    for (const token of [sealed, foreign]) stack.secrets.plant('fernet token', token);
    const of = ({ user_id }: TestUser) => ({
      ...{ user_id, provider: 'zoom', integration_type: 'video' as const, provider_account_id: user_id, provider_email: null, scopes: [] },
      token_expires_at: new Date(Date.now() + stack.clock.aheadMs + hourMs).toISOString(),
    });
    const items = [of(aUser()), of(aUser())] as const;
    const plain = items.map((item) => ({ ...item, access_token: access, refresh_token: refresh }));
    await stack.ask(importConnections, { encryption: 'none', is_dry_run: false, items: plain }, admin);
    const encrypted = [sealed, foreign, access].map((token) => ({ ...of(aUser()), access_token: token, refresh_token: null }));
    await stack.ask(importConnections, { encryption: 'fernet', is_dry_run: false, items: encrypted }, admin);
    await stack.attempt(importConnections, { encryption: 'none', items: [{ ...plain[0], access_token: [access] }] } as never, admin);
  }

  async function rotateKeys(): Promise<void> {
    await stack.startReplica({ TOKEN_MASTER_KEYS: `${stack.masterKeys.fresh},${stack.masterKeys.old}` });
    await stack.replicas.shift()?.stop();
    await stack.rows(
      `UPDATE grants SET sealed_access_token = 'v1.old.AAAA.BBBB' WHERE connection_id = (SELECT min(connection_id::text)::uuid FROM grants)`,
    );
    await stack.ask(startKeyRotation('auth'), { is_dry_run: false }, admin);
    await waitFor(async () => ((await stack.ask(getKeyRotation('auth'), {}, admin)).finished_at === null ? undefined : true), 'the rotation');
  }

  async function failInEveryWay(): Promise<void> {
    for (const [index, misbehaviour] of failures.entries()) {
      const user = aUser();
      stack.proxy.misbehaviour = null;
      const connected = await connectAccount(stack, user, { provider: 'zoom', email: `failing${index}@example.com` }).catch(() => undefined);
      const { auth_url: authUrl } = await stack.ask(startConnection, { provider: 'zoom', redirect_uri: redirectUri }, user);
      const brought = await consent(authUrl, { email: `failing${index}@example.com` });
      stack.secrets.plant('state', brought.state);
      stack.secrets.plant('code', brought.code);
      stack.clock.aheadMs += 2 * hourMs;
      stack.proxy.misbehaviour = misbehaviour;
      await stack.attempt(finishConnection, { provider: 'zoom', ...brought }, user);
      if (connected !== undefined) await stack.attempt(getAccessToken, { connection_id: connected.id });
      if (connected !== undefined) await stack.attempt(disconnectConnection, { id: connected.id }, user);
    }
    stack.proxy.misbehaviour = null;
  }

  it('come out nowhere: not in logs, problems, traces, metrics, events, requests or tables', async () => {
    expect(await stack.leaks()).toEqual([]);
  }, 60_000);

  it.each(['client secret', 'master key', 'fernet key', 'fernet token', 'provider token', 'session token', 'api key', 'password', 'code', 'state'])(
    'are there to be found: %s',
    (kind) => {
      expect(stack.secrets.count(kind)).toBeGreaterThan(0);
    },
  );

  it('were sent back by a provider in every kind of failure', () => {
    const reasons = new Set(stack.logged.map((row) => (JSON.parse(row) as { reason?: string }).reason));

    expect([...reasons]).toEqual(
      expect.arrayContaining(['invalid_grant', 'invalid_request', 'invalid_client', 'rate_limited', 'unexpected_answer', 'network', 'unavailable']),
    );
  });

  it('are used for PKCE, too', () => {
    expect(stack.secrets.count('pkce verifier')).toBeGreaterThan(2);
  });

  it('are found wherever one is let slip on purpose', async () => {
    const slipped = `slipped-${randomBytes(12).toString('hex')}`;
    stack.secrets.plant('slipped', slipped);
    const replica = await stack.startReplica({ TOKEN_MASTER_KEYS: `${stack.masterKeys.fresh},${stack.masterKeys.old}` });
    await stack.rows(`UPDATE connections SET last_error = $1 WHERE id = (SELECT min(id::text)::uuid FROM connections)`, [
      Buffer.from(`x:${slipped}`).toString('base64'),
    ]);
    await stack.rows(`UPDATE oauth_flows SET binding_hash = $1`, [Buffer.from(slipped)]);
    (stack.logged as string[]).push(JSON.stringify({ msg: `token ${slipped}` }));
    await request(`${stack.environment['OTEL_EXPORTER_OTLP_ENDPOINT']}/v1/traces`, { method: 'POST', body: slipped });
    await stack.attempt(listConnections, { limit: 10, cursor: slipped }, aUser());
    const found = (await stack.leaks()).filter(({ kind }) => kind === 'slipped').map(({ where }) => where);

    expect(replica.healthPort).toBeGreaterThan(0);
    expect(new Set(found)).toEqual(new Set(['logs', 'traces', 'auth.connections', 'auth.oauth_flows', 'request.auth.list-connections.v1']));
  }, 60_000);
});
