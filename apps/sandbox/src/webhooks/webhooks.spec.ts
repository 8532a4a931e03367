import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fakeWebhookSenders } from '@patchbay/providers/testing';
import { request } from 'undici';
import { startSandbox, type RunningSandbox } from '../sandbox.js';

describe('webhooks on demand', () => {
  const heard: { readonly url: string; readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
  let patchbay: Server;
  let patchbayUrl: string;
  let sandbox: RunningSandbox;

  beforeAll(async () => {
    patchbay = createServer((incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        heard.push({ url: incoming.url ?? '', headers: incoming.headers, body: Buffer.concat(chunks).toString('utf8') });
        outgoing.writeHead(202).end('taken <b>');
      });
    });
    await new Promise<void>((resolve) => patchbay.listen(0, '127.0.0.1', resolve));
    patchbayUrl = `http://127.0.0.1:${(patchbay.address() as AddressInfo).port}`;
    sandbox = await startSandbox({ port: 0, host: '127.0.0.1', patchbayUrl });
  });
  afterAll(async () => {
    await sandbox.stop();
    await new Promise((resolve) => patchbay.close(resolve));
  });
  beforeEach(() => {
    heard.length = 0;
    sandbox.state.reset();
  });

  const call = async (method: 'GET' | 'POST', path: string, body?: string, type = 'application/json') => {
    const answer = await request(`${sandbox.url}${path}`, {
      method,
      headers: body === undefined ? {} : { 'content-type': type },
      body: body ?? null,
    });
    return { status: answer.statusCode, location: answer.headers['location'], text: await answer.body.text() };
  };
  const wish = (provider: string, body: object) => call('POST', `/control/providers/${provider}/send-webhook`, JSON.stringify(body));

  it.each(fakeWebhookSenders.map(({ provider, types }) => [provider, types] as const))(
    'goes to where Patchbay takes them, of every kind: %s',
    async (provider, types) => {
      for (const type of types) {
        const answer = await wish(provider, { type });
        expect([answer.status, JSON.parse(answer.text)]).toEqual([200, expect.objectContaining({ provider, type, status: 202, body: 'taken <b>' })]);
      }
      expect(heard.filter(({ url }) => !url.startsWith(`/api/v1/ingress/${provider}`))).toEqual([]);
      expect(heard).toHaveLength(types.length);
    },
  );

  it('is wrongly signed when that is wanted, and the same notice once more when its id is', async () => {
    await wish('zoom', { id: 'one' });
    await wish('zoom', { id: 'one' });
    await wish('zoom', { id: 'one', variant: 'unsigned' });

    expect(heard.map(({ body }) => body)).toEqual([heard[0]?.body, heard[0]?.body, heard[0]?.body]);
    expect(heard.map(({ headers }) => headers['x-zm-signature'] === undefined)).toEqual([false, false, true]);
  });

  it('goes to another address when one is given', async () => {
    await wish('stripe', { url: `${patchbayUrl}/webhooks/stripe` });

    expect(heard.map(({ url }) => url)).toEqual(['/webhooks/stripe']);
  });

  it('says that nobody answered', async () => {
    const { text } = await wish('stripe', { url: 'http://127.0.0.1:1/' });

    expect(JSON.parse(text)).toMatchObject({ status: null });
  });

  it.each([
    ['nobody', {}, 404],
    ['zoom', { type: 'no.such.thing' }, 400],
    ['zoom', { url: 'file:///etc/passwd' }, 400],
    ['zoom', { variant: 'odd' }, 400],
  ])('of %s with %j is refused with %i', async (provider, body, status) => {
    expect((await wish(provider, body)).status).toBe(status);
    expect(heard).toEqual([]);
  });

  it('has a button on the page of its provider, which then shows what came back', async () => {
    const fields = new URLSearchParams({ provider: 'outlook', page: 'microsoft', type: 'updated', variant: 'tampered' }).toString();

    const pressed = await call('POST', '/actions/send-webhook', fields, 'application/x-www-form-urlencoded');
    const page = await call('GET', '/providers/microsoft');

    expect([pressed.status, pressed.location]).toEqual([303, '/providers/microsoft']);
    expect(heard).toHaveLength(1);
    expect(page.text).toContain('Changed on the way');
    expect(page.text).toContain('taken &lt;b&gt;');
  });
});
