import { jest } from '@jest/globals';
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createBlock, getMe } from '@patchbay/contracts';
import { ada, admin, clientOf, connectBoth, freshId, grace, stack } from './whole-stack.js';

const program = fileURLToPath(new URL('../../cli/bin/patchbay.mjs', import.meta.url));
const elsewhere = mkdtempSync(join(tmpdir(), 'patchbay-cli-'));

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Types a command, in a folder where no stack runs. */
const patchbay = (args: readonly string[], environment: Readonly<Record<string, string>> = asAdmin): Promise<Ended> =>
  new Promise((ended) => {
    const options = { cwd: elsewhere, env: { PATH: process.env['PATH'], ...environment } };
    const child = execFile(process.execPath, [program, ...args], options, (_error, out, err) => ended({ code: child.exitCode ?? -1, out, err }));
  });
const asAdmin = { PATCHBAY_URL: stack.gatewayUrl, PATCHBAY_TOKEN: admin.token };
const documentOf = ({ out }: Ended): Record<string, unknown> => JSON.parse(out) as Record<string, unknown>;

// Each starts programs of its own, on a machine that is busy with the whole stack.
jest.setTimeout(60_000);

describe('patchbay', () => {
  it('lists its commands', async () => {
    const { code, out } = await patchbay(['--help']);

    expect(code).toBe(0);
    for (const name of [
      'migrate',
      'doctor',
      'forecast',
      'rotate-keys',
      'create-admin',
      'create-api-key',
      'import-connections',
      'dead-letters',
      'calendars',
      'webhooks',
    ])
      expect(out).toContain(name);
  });

  it.each([
    ['an unknown command', ['mend']],
    ['an unknown option', ['doctor', '--everything']],
    ['a value that is missing', ['create-api-key']],
    ['no word of where the gateway is', ['doctor']],
    ['no word of where the database is', ['migrate']],
    ['a role that nobody has', ['create-api-key', '--name', 'x', '--role', 'king']],
    ['a scope that no route asks for', ['create-api-key', '--name', 'x', '--scope', 'webhoks:read']],
    ['a time that is no number', ['forecast', '--days', 'soon']],
    ['a time that never comes', ['create-api-key', '--name', 'x', '--days', 'Infinity']],
    ['an administrator without an address', ['create-admin', '--email', 'nobody']],
    ['a time that is none', ['webhooks', 'recover', freshId('x'), '--since', 'yesterday']],
    ['a service that does not exist', ['dead-letters', 'list', '--service', 'nobody']],
  ])('ends with 2 and one sentence for %s', async (what, args) => {
    const { code, out, err } = await patchbay(args, what.startsWith('no word') ? {} : asAdmin);

    expect([code, out]).toEqual([2, '']);
    expect(err).not.toMatch(/at .*\.js:\d+/);
    expect(err.trim()).not.toBe('');
  });

  it('ends with 1 when the gateway cannot be reached, and when it refuses', async () => {
    const nobody = await patchbay(['doctor'], { PATCHBAY_URL: 'http://127.0.0.1:1', PATCHBAY_TOKEN: 'x' });
    const refused = await patchbay(['doctor', '--json'], { PATCHBAY_URL: stack.gatewayUrl, PATCHBAY_TOKEN: ada.token });

    expect([nobody.code, nobody.err.trim()]).toEqual([1, 'The gateway cannot be reached. Is --url right?']);
    expect([refused.code, documentOf(refused)['code']]).toEqual([1, 'forbidden']);
  });

  it('ends with 130 on Ctrl-C, though the gateway does not answer', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    const child = spawn(process.execPath, [program, 'doctor'], { cwd: elsewhere, env: { PATCHBAY_URL: url, PATCHBAY_TOKEN: 'x' }, stdio: 'ignore' });
    await once(silent, 'connection');

    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number | null];
    silent.close();

    expect(code).toBe(130);
  });

  it('examines the installation', async () => {
    const ended = await patchbay(['doctor', '--json']);
    const items = documentOf(ended)['items'] as readonly { readonly subject: string; readonly status: string }[];
    const text = await patchbay(['doctor', '--provider', 'zoom']);

    expect(items.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(ended.code).toBe(0);
    expect(items.map(({ subject }) => subject)).toEqual(expect.arrayContaining(['patchbay', 'google', 'zoom']));
    expect(text.out).toMatch(/^✓ Zoom \(zoom\)\n {4}✓ client: /);
  });

  it('ends quietly when nobody reads what it says', async () => {
    const env = { PATH: process.env['PATH'], ...asAdmin };
    const child = spawn(process.execPath, [program, 'doctor'], { cwd: elsewhere, env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let complaint = '';
    child.stderr.on('data', (chunk) => (complaint += String(chunk)));
    const [code] = (await once(child, 'close')) as [number | null];

    expect([code, complaint]).toEqual([0, '']);
  });

  it('counts what there is to seal anew without doing it', async () => {
    const text = await patchbay(['rotate-keys', '--dry-run']);
    const document = documentOf(await patchbay(['rotate-keys', '--dry-run', '--json']));

    expect(text.code).toBe(0);
    expect(text.out).toMatch(/^SERVICE +STATUS +LEFT TO DO +OF +NOT OPENED +MASTER KEY +SEALED UNDER\nauth +dry run +0 +\d+ +0 +dev1 +dev1: \d+\n/);
    expect(document).toMatchObject({ is_dry_run: true, rotations: [{ service: 'auth' }, { service: 'webhooks' }] });
  });

  it('seals everything anew, shows how far it is, and says when there is nothing to do', async () => {
    const ended = await patchbay(['rotate-keys', '--json']);
    const rotations = documentOf(ended)['rotations'] as readonly Record<string, unknown>[];

    expect(ended.code).toBe(0);
    expect(rotations).toMatchObject([
      { service: 'auth', status: 'completed', failed: 0, percent: 100 },
      { service: 'webhooks', status: 'completed', failed: 0, percent: 100 },
    ]);
    expect(ended.err).toMatch(/Sealing anew in auth: 100 %/);
  });

  it('makes an administrator, whose key opens the rest', async () => {
    const email = `${freshId('root')}@example.com`;
    const dry = await patchbay(['create-admin', '--email', email, '--dry-run', '--json'], { NATS_URL: stack.natsUrl });
    const made = await patchbay(['create-admin', '--email', email, '--json'], { NATS_URL: stack.natsUrl });
    const key = String(documentOf(made)['key']);
    const forecast = await patchbay(['forecast', '--json'], { PATCHBAY_URL: stack.gatewayUrl, PATCHBAY_TOKEN: key });

    expect(documentOf(dry)).toEqual({ email });
    expect(documentOf(made)).toMatchObject({ is_new: true, user: { email, role: 'admin' } });
    expect(Array.isArray(documentOf(forecast)['items'])).toBe(true);
  });

  it('makes an API key that may do what it was made for, and nothing when asked only what it would', async () => {
    const name = freshId('key');
    const dry = await patchbay(['create_api_key', '--name', name, '--scope', 'webhooks:write', '--dry-run', '--json']);
    const made = documentOf(await patchbay(['create-api-key', '--name', name, '--scope', 'webhooks:write', '--days', '1', '--json']));

    expect(documentOf(dry)).toEqual({ name, role: 'service', scopes: ['webhooks:write'] });
    expect(made).toMatchObject({ name, role: 'service', scopes: ['webhooks:write'], key: expect.stringMatching(/^pb_live_/) });
    expect(Date.parse(String(made['expires_at']))).toBeGreaterThan(Date.now());
  });

  it('takes connections over from a file, and changes nothing the second time', async () => {
    const me = await clientOf(ada.token).call(getMe, {});
    const connection = {
      user_id: me.id,
      provider: 'zoom',
      integration_type: 'video',
      provider_account_id: freshId('account'),
      access_token: randomBytes(16).toString('hex'),
      refresh_token: randomBytes(16).toString('hex'),
      token_expires_at: '2099-01-01T00:00:00Z',
    };
    const file = join(elsewhere, 'connections.ndjson');
    writeFileSync(file, `\n${JSON.stringify(connection)}\n`);
    const statuses = async (...more: string[]) => {
      const ended = await patchbay(['import-connections', file, '--json', ...more]);
      return (documentOf(ended)['items'] as readonly { readonly status: string }[]).map(({ status }) => status);
    };

    expect(await statuses('--dry-run')).toEqual(['imported']);
    expect(await statuses()).toEqual(['imported']);
    expect(await statuses()).toEqual(['unchanged']);

    writeFileSync(file, `${JSON.stringify(connection)}\n\n${JSON.stringify({ ...connection, provider: 'nobody' })}\n`);
    const partly = await patchbay(['import-connections', file, '--json']);

    expect(partly.code).toBe(3);
    expect(documentOf(partly)['items']).toMatchObject([
      { line: 1, status: 'unchanged' },
      { line: 3, status: 'failed' },
    ]);
  });

  it('names the lines of a file that are wrong, without showing what is in them', async () => {
    const file = join(elsewhere, 'broken.ndjson');
    writeFileSync(file, '{"access_token":"very-secret"}\nnonsense\n{"access_token":"very-secret…"}\n');
    const { code, out, err } = await patchbay(['import-connections', file]);

    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/line 1: user_id/);
    expect(err).toMatch(/line 2: is no JSON/);
    expect(err).toMatch(/line 3: access_token: must have the characters of a token/);
    expect(err).not.toContain('very-secret');
  });

  it('lists dead letters, and knows none by a foreign id', async () => {
    const listed = await patchbay(['dead-letters', 'list', '--json']);
    const unknown = await patchbay(['dead-letters', 'replay', '0198f2a4-0000-7000-8000-00000000dead']);

    expect(documentOf(listed)).toMatchObject({ items: expect.any(Array) });
    expect([unknown.code, unknown.err.trim()]).toEqual([1, 'No service has a dead letter 0198f2a4-0000-7000-8000-00000000dead.']);
  });

  it('creates an endpoint, tests it, rotates its secret, and shows, resends, recovers and replays what went to it', async () => {
    const farEnd = `${stack.sandboxUrl}/receiver/${freshId('cli')}`;
    const asAda = { PATCHBAY_URL: stack.gatewayUrl, PATCHBAY_TOKEN: ada.token };
    const webhooks = async (...args: readonly string[]) => patchbay(['webhooks', ...args, '--json'], asAda);
    const created = documentOf(
      await webhooks('create', '--name', 'CLI', '--to', farEnd, '--event', 'webhook_endpoint_disabled', '--signing', 'ed25519'),
    );
    const id = String(created['id']);

    const tested = await webhooks('test', id);
    const rotated = documentOf(await webhooks('rotate-secret', id, '--overlap', '1'));
    const listed = await patchbay(['webhooks', 'list'], asAda);
    const statistics = await patchbay(['webhooks', 'statistics', id], asAda);
    const jobs = [await webhooks('recover', id, '--since', '1h'), await webhooks('replay', id, '--from', '1h', '--to', '0m')];
    const deliveries = await webhooks('deliveries', id, '--since', '1h', '--search', 'booking');
    const exported = await patchbay(['webhooks', 'deliveries', id, '--export', 'csv'], asAda);
    const resent = await webhooks('resend', id);

    expect(created).toMatchObject({ signing: 'ed25519', secret_key: expect.stringMatching(/^whsk_/) });
    expect(documentOf(tested)).toHaveProperty('success');
    expect(rotated).toMatchObject({ secret_key: expect.stringMatching(/^whsk_/), previous_secret_until: expect.any(String) });
    expect(rotated['secret_key']).not.toBe(created['secret_key']);
    expect(listed.out).toContain(id);
    expect(statistics.out).toMatch(/^It is on\.\nDAY/);
    expect(jobs.map(({ code }) => code)).toEqual([0, 0]);
    expect(jobs.map(documentOf)).toMatchObject([
      { kind: 'recover', status: 'completed', percent: 100 },
      { kind: 'replay', status: 'completed' },
    ]);
    expect(documentOf(deliveries)).toEqual({ items: [] });
    expect(exported.out).toMatch(/^id,event_id,event_type,/);
    expect([resent.code, documentOf(resent)['code']]).toEqual([1, 'webhook_delivery_not_found']);
  });

  it('finds the database up to date, and says what is wrong with one that it cannot reach', async () => {
    const { code, out } = await patchbay(['migrate', '--json'], { DATABASE_URL: stack.databaseUrl });
    const faulty = await patchbay(['migrate'], { DATABASE_URL: 'mysql://nowhere' });
    const away = await patchbay(['migrate', '--dry-run'], { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' });

    expect([code, JSON.parse(out)]).toEqual([0, { migrations: [] }]);
    expect([faulty.code, faulty.err]).toEqual([1, expect.stringMatching(/DATABASE_URL: must begin with postgres/)]);
    expect([away.code, away.err]).toEqual([1, expect.stringMatching(/could not be changed/)]);
  });

  it('shows calendars, reads them now, and says when somebody is busy', async () => {
    const { calendar: id } = await connectBoth({ ...grace, email: `${freshId('cli')}@example.com` });
    const asGrace = { PATCHBAY_URL: stack.gatewayUrl, PATCHBAY_TOKEN: grace.token };

    const refreshed = await patchbay(['calendars', 'refresh', id, '--json'], asGrace);
    const whole = await patchbay(['calendars', 'refresh', id, '--full'], asGrace);
    const listed = await patchbay(['calendars', 'list'], asGrace);
    const busy = await patchbay(['calendars', 'busy', '--days', '3', '--user', grace.id, '--json'], asGrace);
    const wrong = await patchbay(['calendars', 'busy', '--days', '500'], asGrace);

    expect([refreshed.code, documentOf(refreshed)]).toEqual([0, expect.objectContaining({ kind: 'refresh', status: 'succeeded', percent: 100 })]);
    expect([whole.code, whole.out]).toEqual([0, expect.stringMatching(/^Task \S+ is succeeded: /)]);
    expect(listed.out).toMatch(new RegExp(`^${id} +google +Work +block +\\S+ +yes`, 'm'));
    expect(documentOf(busy)).toMatchObject({ items: [{ user_id: grace.id, busy: expect.any(Array) }] });
    expect(wrong).toMatchObject({ code: 2, err: '--days takes a number from 1 to 400.\n' });
  });

  it('shows what is at the same time, says what would be done about it, and does it', async () => {
    const day = new Date(Date.now() + 200 * 24 * 60 * 60_000).toISOString().slice(0, 10);
    const asGrace = { PATCHBAY_URL: stack.gatewayUrl, PATCHBAY_TOKEN: grace.token };
    const block = (title: string, from: string, to: string) =>
      clientOf(grace.token).call(createBlock, { title, start_time: `${day}T${from}:00Z`, end_time: `${day}T${to}:00Z`, time_zone: 'UTC' });
    await block('Lunch', '11:00', '12:00');
    await block('Sport', '11:30', '13:00');
    const conflicts = () => patchbay(['calendars', 'conflicts', '--from', `${day}T00:00:00Z`, '--days', '1', '--json'], asGrace);

    const found = await conflicts();
    const [conflict] = documentOf(found)['items'] as readonly { readonly id: string }[];
    const decide = ['calendars', 'resolve', String(conflict?.id), '--action', 'shorten_block'];
    const seen = await patchbay([...decide, '--preview'], asGrace);
    const still = await conflicts();
    const made = await patchbay(decide, asGrace);
    const blocks = await patchbay(['calendars', 'blocks'], asGrace);
    const wrong = await patchbay(['calendars', 'resolve', '--action', 'keep_both'], asGrace);

    expect([found.code, still.code, (await conflicts()).code]).toEqual([3, 3, 0]);
    expect([seen.code, seen.out]).toEqual([0, expect.stringMatching(/would_resolve/)]);
    expect([made.code, made.out]).toEqual([0, expect.stringMatching(/ resolved/)]);
    expect(blocks.out).toContain(`${day}T12:00:00.000Z`);
    expect(wrong).toMatchObject({ code: 2, err: 'Name one conflict, or say --all.\n' });
  });
});
