import { authenticateApiKey, createApiKey, listApiKeys, revokeApiKey } from '@patchbay/contracts';
import { startAuthStack, aUser, type AuthStack } from '../testing/auth-stack.js';
import { codeOf } from '../testing/code-of.js';

describe('API keys', () => {
  let stack: AuthStack;
  const admin = aUser('admin');

  beforeAll(async () => {
    stack = await startAuthStack();
  }, 60_000);
  afterAll(() => stack.stop());
  afterEach(() => {
    stack.clock.aheadMs = 0;
  });

  const create = (more: { name?: string; expires_at?: string; scopes?: string[] } = {}) =>
    stack.ask(createApiKey, { name: 'CRM', role: 'service', ...more }, admin);
  const list = async () => (await stack.ask(listApiKeys, { limit: 200 }, admin)).items;

  it('says who holds a key', async () => {
    const { id, key } = await create();

    expect(await stack.ask(authenticateApiKey, { key })).toEqual({
      caller: { tenant_id: 'default', role: 'service', api_key_id: id },
      scopes: null,
      expires_at: null,
      is_development: false,
    });
  });

  it('shows a key once and keeps only its hash', async () => {
    const { key, prefix, ...shown } = await create({ name: 'shown once' });

    expect(key).toMatch(/^pb_live_[\w-]{43}$/);
    expect(key.startsWith(prefix)).toBe(true);
    expect((await list()).find(({ id }) => id === shown.id)).toEqual({ ...shown, prefix });
    const stored = JSON.stringify(await stack.rows(`SELECT *, encode(key_hash, 'escape') AS hash FROM api_keys`));
    expect(stored).not.toContain(key);
    expect(stored).not.toContain(key.slice('pb_live_'.length));
  });

  it('says what a key may do', async () => {
    const { key, scopes } = await create({ scopes: ['webhooks:read', 'webhooks:write'] });

    expect(scopes).toEqual(['webhooks:read', 'webhooks:write']);
    expect(await stack.ask(authenticateApiKey, { key })).toMatchObject({ scopes });
  });

  it('lets a key make none that may do more than itself', async () => {
    const { id } = await create({ scopes: ['auth:write', 'webhooks:read'] });
    const holder = { tenant_id: 'default', role: 'admin', api_key_id: id } as const;
    const make = (scopes?: string[]) => stack.ask(createApiKey, { name: 'made by a key', role: 'service', ...(scopes && { scopes }) }, holder);

    expect(await codeOf(make())).toBe('api_key_scope_missing');
    expect(await codeOf(make(['webhooks:read', 'webhooks:write']))).toBe('api_key_scope_missing');
    expect(await codeOf(make(['webhooks:read']))).toBe('no failure');
  });

  it('knows no key that was never made', async () => {
    expect(await codeOf(stack.ask(authenticateApiKey, { key: 'pb_live_made-up' }))).toBe('unauthenticated');
  });

  it('accepts a key until it ends', async () => {
    const { key, expires_at: end } = await create({ expires_at: new Date(Date.now() + 60_000).toISOString() });
    expect(await stack.ask(authenticateApiKey, { key })).toMatchObject({ expires_at: end });

    stack.clock.aheadMs = 61_000;

    expect(await codeOf(stack.ask(authenticateApiKey, { key }))).toBe('unauthenticated');
  });

  it('makes no key that has ended already', async () => {
    expect(await codeOf(create({ expires_at: '2020-01-01T00:00:00Z' }))).toBe('request_invalid');
  });

  it('accepts a revoked key no more, and lists it no more', async () => {
    const { id, key } = await create();

    await stack.ask(revokeApiKey, { id }, admin);

    expect(await codeOf(stack.ask(authenticateApiKey, { key }))).toBe('unauthenticated');
    expect((await list()).map((listed) => listed.id)).not.toContain(id);
    expect(await codeOf(stack.ask(revokeApiKey, { id }, admin))).toBe('api_key_not_found');
  });

  it('hides the keys of another tenant', async () => {
    const { id } = await create();
    const foreign = { ...admin, tenant_id: 'another' };

    expect((await stack.ask(listApiKeys, { limit: 200 }, foreign)).items).toEqual([]);
    expect(await codeOf(stack.ask(revokeApiKey, { id }, foreign))).toBe('api_key_not_found');
  });

  it('writes the last use down, once a minute', async () => {
    const { id, key } = await create();
    const lastUse = async () => (await list()).find((listed) => listed.id === id)?.last_used_at ?? null;
    const until = async (isThere: (at: string | null) => boolean): Promise<string | null> => {
      for (;;) {
        const at = await lastUse();
        if (isThere(at)) return at;
      }
    };

    await stack.ask(authenticateApiKey, { key });
    const first = await until((at) => at !== null);
    await stack.ask(authenticateApiKey, { key });
    stack.clock.aheadMs = 61_000;
    await stack.ask(authenticateApiKey, { key });
    const next = await until((at) => at !== first);

    expect(Date.parse(next ?? '') - Date.parse(first ?? '')).toBeGreaterThanOrEqual(60_000);
  });
});
