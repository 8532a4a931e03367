import { examineInstallation, getSigningKeys, type AppError } from '@patchbay/contracts';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startAuthStack, aUser, type AuthStack } from '../testing/auth-stack.js';

describe('the doctor', () => {
  let gateway: Server;
  let stack: AuthStack;
  let published: unknown = null;

  beforeAll(async () => {
    gateway = createServer((_request, answer) => answer.setHeader('content-type', 'application/json').end(JSON.stringify(published)));
    await new Promise<void>((ready) => gateway.listen(0, '127.0.0.1', ready));
    stack = await startAuthStack({ PUBLIC_BASE_URL: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}` });
  }, 60_000);
  afterAll(async () => {
    await stack.stop();
    gateway.close();
  });

  const admin = aUser('admin');
  const ofPatchbay = async () => {
    const { items } = await stack.ask(examineInstallation, {}, admin);
    const own = items.find(({ subject }) => subject === 'patchbay');
    return Object.fromEntries((own?.checks ?? []).map(({ name, status }) => [name, status]));
  };

  it('tells whether the public address leads here', async () => {
    published = { error: 'nothing here' };
    expect(await ofPatchbay()).toMatchObject({ webhook_reachability: 'failed', public_address: 'warning', database_clock: 'ok' });

    published = { keys: [{ kid: 'of-another-installation' }] };
    expect(await ofPatchbay()).toMatchObject({ webhook_reachability: 'failed' });

    published = await stack.ask(getSigningKeys, {});
    expect(await ofPatchbay()).toMatchObject({ webhook_reachability: 'ok' });
  });

  it('looks at every provider there is, or at one', async () => {
    const { items } = await stack.ask(examineInstallation, {}, admin);
    const zoom = items.find(({ subject }) => subject === 'zoom');

    // The fake takes any redirect URI, and none is configured here.
    expect(zoom).toMatchObject({ name: 'Zoom', status: 'warning' });
    expect((await stack.ask(examineInstallation, { provider: 'zoom' }, admin)).items).toMatchObject([{ subject: 'zoom' }]);
  });

  it('knows no other providers', async () => {
    await expect(stack.ask(examineInstallation, { provider: 'nobody' }, admin)).rejects.toMatchObject({
      code: 'provider_unknown' satisfies AppError['code'],
    });
  });
});
