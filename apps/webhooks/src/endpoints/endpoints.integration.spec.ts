import { randomUUID } from 'node:crypto';
import {
  createWebhookEndpoint,
  deleteWebhookEndpoint,
  getWebhookEndpoint,
  listWebhookDeliveries,
  listWebhookEndpoints,
  replaceWebhookEndpoint,
  testWebhookEndpoint,
  updateWebhookEndpoint,
  type RequestContract,
} from '@patchbay/contracts';
import { internalHosts } from '@patchbay/egress/testing';
import { startWebhooks, type TestWebhooks } from '../testing/start-webhooks.js';

let webhooks: TestWebhooks;

beforeAll(async () => {
  webhooks = await startWebhooks({ WEBHOOKS_ENDPOINTS_MAX: '3', WEBHOOKS_EGRESS_ALLOW: '127.0.0.1:9' });
}, 60_000);

afterAll(() => webhooks.stop(), 30_000);

const input = { name: 'CRM', webhook_url: 'http://127.0.0.1:9/hook', events: ['booking_*'] };
const create = (userId: string, changes: object = {}) => webhooks.ask(createWebhookEndpoint, { ...input, ...changes }, userId);
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'accepted',
    (error: { code: string; details: object }) => ({ code: error.code, fields: Object.keys(error.details) }),
  );

describe('endpoints', () => {
  it('show a secret once, and keep it and the headers sealed', async () => {
    const userId = randomUUID();

    const created = await create(userId, { headers: { 'X-Key': 'canary-header' } });
    const read = await webhooks.ask(getWebhookEndpoint, { id: created.id }, userId);
    const { rows } = await webhooks.sql.query('SELECT row_to_json(endpoints)::text AS row FROM endpoints WHERE id = $1', [created.id]);

    expect(Buffer.from(created.secret_key.slice(6), 'base64')).toHaveLength(32);
    expect(read).toMatchObject({ has_secret: true, is_active: true, retry_failed: true, max_retries: null, headers: { 'X-Key': 'canary-header' } });
    expect(read).not.toHaveProperty('secret_key');
    expect(rows[0].row).not.toContain('canary-header');
    expect(rows[0].row).not.toContain(created.secret_key.slice(6));
  });

  it('keep what a change does not mention', async () => {
    const userId = randomUUID();
    const { id } = await create(userId, { headers: { 'X-Key': '1' }, description: 'first' });

    const changed = await webhooks.ask(updateWebhookEndpoint, { id, name: 'New' }, userId);
    const replaced = await webhooks.ask(replaceWebhookEndpoint, { id, ...input, name: 'Newest' }, userId);

    expect(changed).toMatchObject({ name: 'New', description: 'first', headers: { 'X-Key': '1' }, events: ['booking_*'] });
    expect(replaced).toMatchObject({ name: 'Newest', description: null, headers: {}, has_secret: true });
  });

  it('forget why they were switched off when their owner switches them on', async () => {
    const userId = randomUUID();
    const { id } = await create(userId);
    await webhooks.sql.query(`UPDATE endpoints SET is_active = false, disabled_reason = 'gone', failing_since = now() WHERE id = $1`, [id]);

    const changed = await webhooks.ask(updateWebhookEndpoint, { id, is_active: true }, userId);
    const { rows } = await webhooks.sql.query('SELECT failing_since FROM endpoints WHERE id = $1', [id]);

    expect(changed).toMatchObject({ is_active: true, disabled_reason: null });
    expect(rows).toEqual([{ failing_since: null }]);
  });

  it('keep both of two changes that are made at once', async () => {
    const userId = randomUUID();
    const { id } = await create(userId);
    const patch = (changes: object) => webhooks.ask(updateWebhookEndpoint, { id, ...changes }, userId);

    await Promise.all([patch({ name: 'New' }), patch({ description: 'mine' }), patch({ max_retries: 3 }), patch({ retry_failed: false })]);

    expect(await webhooks.ask(getWebhookEndpoint, { id }, userId)).toMatchObject({
      name: 'New',
      description: 'mine',
      max_retries: 3,
      retry_failed: false,
    });
  });

  it('do not exist for anyone but their owner', async () => {
    const { id } = await create(randomUUID());
    const asStranger = (contract: RequestContract, more: object = {}) => refusal(webhooks.ask(contract, { id, ...more }, randomUUID()));

    const answers = await Promise.all([
      asStranger(getWebhookEndpoint),
      asStranger(updateWebhookEndpoint, { name: 'mine' }),
      asStranger(replaceWebhookEndpoint, input),
      asStranger(deleteWebhookEndpoint),
      asStranger(testWebhookEndpoint),
      asStranger(listWebhookDeliveries),
    ]);

    expect(answers).toEqual(answers.map(() => ({ code: 'webhook_not_found', fields: [] })));
  });

  it('are gone after they were removed', async () => {
    const userId = randomUUID();
    const { id } = await create(userId);

    await webhooks.ask(deleteWebhookEndpoint, { id }, userId);

    expect(await refusal(webhooks.ask(getWebhookEndpoint, { id }, userId))).toEqual({ code: 'webhook_not_found', fields: [] });
    expect(await refusal(webhooks.ask(deleteWebhookEndpoint, { id }, userId))).toEqual({ code: 'webhook_not_found', fields: [] });
  });

  it('are listed page by page, the newest first, and are limited in number', async () => {
    const userId = randomUUID();
    const made = [await create(userId), await create(userId), await create(userId)].map(({ id }) => id);

    const first = await webhooks.ask(listWebhookEndpoints, { limit: 2 }, userId);
    const second = await webhooks.ask(listWebhookEndpoints, { limit: 2, cursor: first.next_cursor }, userId);

    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(made.reverse());
    expect(second.next_cursor).toBeNull();
    expect(await refusal(create(userId))).toEqual({ code: 'request_invalid', fields: ['endpoints'] });
  });

  it.each([
    ['an internal address', { webhook_url: 'http://127.0.0.1:8222/' }, 'webhook_url_not_allowed', 'webhook_url'],
    ['a metadata address', { webhook_url: 'http://169.254.169.254/latest' }, 'webhook_url_not_allowed', 'webhook_url'],
    ['an unknown event', { events: ['booking_creatd'] }, 'event_type_unknown', 'events.0'],
    ['a reserved header', { headers: { Host: 'evil' } }, 'request_invalid', 'headers.Host'],
    ['a header with a line break', { headers: { 'X-A': 'a\r\nB: c' } }, 'request_invalid', 'headers.X-A'],
    ['a secret that is too short', { secret_key: 'whsec_c2hvcnQgc2VjcmV0' }, 'request_invalid', 'secret_key'],
  ])('refuse %s', async (_what, changes, code, field) => {
    expect(await refusal(create(randomUUID(), changes))).toEqual({ code, fields: [field] });
  });

  it('refuse every way to name something inside, when they are made and when they are changed', async () => {
    const userId = randomUUID();
    const { id } = await create(userId);
    const odd = ['file:///etc/passwd', 'gopher://example.com/', 'ftp://example.com/', 'http://user:pw@example.com/', 'http://example.com:6379/'];

    for (const webhook_url of [...internalHosts.map((host) => `https://${host}/hook`), ...odd]) {
      const answers = await Promise.all([
        refusal(create(randomUUID(), { webhook_url })),
        refusal(webhooks.ask(updateWebhookEndpoint, { id, webhook_url }, userId)),
        refusal(webhooks.ask(replaceWebhookEndpoint, { id, ...input, webhook_url }, userId)),
      ]);
      const codes = answers.map((answer) => (typeof answer === 'string' ? answer : answer.code));
      expect([webhook_url, codes.filter((code) => code !== 'webhook_url_not_allowed' && code !== 'request_invalid')]).toEqual([webhook_url, []]);
    }
    expect(await webhooks.ask(getWebhookEndpoint, { id }, userId)).toMatchObject({ webhook_url: input.webhook_url });
  });

  it('say in a test that an address is no longer allowed, without trying it', async () => {
    const userId = randomUUID();
    const { id } = await create(userId);
    await webhooks.sql.query(`UPDATE endpoints SET webhook_url = 'http://127.0.0.1:10/' WHERE id = $1`, [id]);

    expect(await webhooks.ask(testWebhookEndpoint, { id }, userId)).toMatchObject({
      success: false,
      status_code: null,
      error: 'address_not_allowed',
    });
  });
});
