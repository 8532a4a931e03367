import { authenticateApiKey, getMe, getSigningKeys, issueDevelopmentTokens, listProviders } from '@patchbay/contracts';
import { createLocalJWKSet, decodeJwt, jwtVerify, type JSONWebKeySet } from 'jose';
import { v4 as uuidv4 } from 'uuid';
import { startAuthStack, aUser, type AuthStack } from '../testing/auth-stack.js';
import { codeOf } from '../testing/code-of.js';

const users = [
  { id: uuidv4(), email: 'ada@patchbay.test', name: 'Ada', role: 'user' },
  { id: uuidv4(), email: 'admin@patchbay.test', name: null, role: 'admin' },
] as const;
const key = 'pb_dev_0123456789abcdefghijklmnop';
const credentials = { DEVELOPMENT_CREDENTIALS: JSON.stringify({ users, service_api_key: key }) };

describe('identity in development', () => {
  let stack: AuthStack;

  beforeAll(async () => {
    stack = await startAuthStack(credentials);
    await Promise.all([stack.startReplica(), stack.startReplica()]);
  }, 60_000);
  afterAll(() => stack.stop());

  it('gives each development user a token that the published keys verify, and that says what it is', async () => {
    const { items } = await stack.ask(issueDevelopmentTokens, {});
    const keys = createLocalJWKSet((await stack.ask(getSigningKeys, {})) as JSONWebKeySet);

    expect(items.map(({ id, email, role }) => ({ id, email, role }))).toEqual(users.map(({ id, email, role }) => ({ id, email, role })));
    for (const { id, role, token } of items) {
      const { payload } = await jwtVerify(token, keys, { issuer: 'http://localhost:8080', audience: 'patchbay', algorithms: ['ES256'] });
      expect(payload).toMatchObject({ sub: id, role, tenant_id: 'default', development: true });
    }
  });

  it('gives them thirty days', async () => {
    const { items } = await stack.ask(issueDevelopmentTokens, {});

    const { iat = 0, exp = 0 } = decodeJwt(items[0]?.token ?? '');

    expect(exp - iat).toBe(30 * 24 * 60 * 60);
  });

  it('makes one signing key for all replicas, and shows no private part of it', async () => {
    const { keys } = await stack.ask(getSigningKeys, {});

    expect(keys).toHaveLength(1);
    expect(keys[0]).toMatchObject({ kty: 'EC', alg: 'ES256', use: 'sig' });
    expect(keys[0]).not.toHaveProperty('d');
  });

  it('says who somebody is', async () => {
    const [ada] = users;

    expect(await stack.ask(getMe, {}, { user_id: ada.id, role: 'user', tenant_id: 'default' })).toEqual({
      ...ada,
      email_verified: true,
      created_at: expect.any(String),
    });
    expect(await codeOf(stack.ask(getMe, {}, aUser()))).toBe('user_not_found');
    expect(await codeOf(stack.ask(getMe, {}, { user_id: ada.id, role: 'user', tenant_id: 'another' }))).toBe('user_not_found');
    expect(await codeOf(stack.ask(getMe, {}))).toBe('forbidden');
  });

  it('knows the development API key', async () => {
    expect(await stack.ask(authenticateApiKey, { key })).toMatchObject({ caller: { role: 'service' }, is_development: true });
  });

  it('lists the providers of a type, and what each can do', async () => {
    const { items } = await stack.ask(listProviders, { type: 'video' });

    expect(items.every(({ types }) => types.includes('video'))).toBe(true);
    expect(items.find(({ id }) => id === 'zoom')).toMatchObject({
      name: 'Zoom',
      types: ['video'],
      is_configured: true,
      missing_variables: [],
      setup_guide: expect.stringMatching(/^https:/),
    });
  });
});

describe('identity in production, after a database was used for development', () => {
  let stack: AuthStack;
  const production = { NODE_ENV: 'production', PUBLIC_BASE_URL: 'https://patchbay.example.com' };

  beforeAll(async () => {
    stack = await startAuthStack(credentials);
    await Promise.all(stack.replicas.splice(0).map((replica) => replica.stop()));
    await stack.startReplica({ ...production, DEVELOPMENT_CREDENTIALS: '', ZOOM_CLIENT_ID: '', ZOOM_CLIENT_SECRET: '' });
  }, 60_000);
  afterAll(() => stack.stop());

  it('refuses to start with development credentials', async () => {
    await expect(stack.startReplica(production)).rejects.toThrow('DEVELOPMENT_CREDENTIALS');
  });

  it('has no tokens, users and keys that are for development', async () => {
    const [ada] = users;

    await expect(stack.ask(issueDevelopmentTokens, {})).rejects.toMatchObject({ code: 'not_found' });
    await expect(stack.ask(getMe, {}, { user_id: ada.id, role: 'user', tenant_id: 'default' })).rejects.toMatchObject({ code: 'user_not_found' });
    await expect(stack.ask(authenticateApiKey, { key })).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('names the variables that a provider lacks', async () => {
    const { items } = await stack.ask(listProviders, { type: undefined });

    expect(items.find(({ id }) => id === 'zoom')).toMatchObject({
      is_configured: false,
      missing_variables: ['ZOOM_CLIENT_ID', 'ZOOM_CLIENT_SECRET'],
    });
  });
});
