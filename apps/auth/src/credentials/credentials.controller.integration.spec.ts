import { credentialsOfToken } from '@patchbay/capabilities';
import {
  checkConnection,
  connectCalendar,
  connectWithCredentials,
  disconnectConnection,
  getAccessToken,
  getCredentials,
  listConnections,
  listProviders,
  type AppError,
  type Connection,
} from '@patchbay/contracts';
import {
  createAppleFake,
  createAzureBlobFake,
  createCaldavFake,
  createGcsFake,
  createIcsFake,
  createMailgunFake,
  createPaypalFake,
  createS3Fake,
  createSendgridFake,
  createStripeFake,
  startFake,
  type CredentialsFake,
  type RunningFake,
} from '@patchbay/providers/testing';
import { startAuthStack, aUser, type AuthStack, type TestUser } from '../testing/auth-stack.js';
import { connectAccount } from '../testing/consent.js';

const olivia = 'olivia.organiser@example.com';
const fakes = {
  caldav: createCaldavFake(),
  apple: createAppleFake(),
  ics: createIcsFake(),
  s3: createS3Fake(),
  azure_blob: createAzureBlobFake(),
  gcs: createGcsFake(),
  stripe: createStripeFake(),
  paypal: createPaypalFake(),
  sendgrid: createSendgridFake(),
  mailgun: createMailgunFake(),
};
type Name = keyof typeof fakes;
const names = Object.keys(fakes) as readonly Name[];

let stack: AuthStack;
let running: ReadonlyMap<string, RunningFake<CredentialsFake>>;

beforeAll(async () => {
  const started = await Promise.all(Object.values(fakes).map((fake) => startFake(fake)));
  running = new Map(started.map((one) => [one.fake.id, one]));
  const baseUrls = names.filter((name) => name !== 'caldav' && name !== 'ics').map((name) => [`${name.toUpperCase()}_API_BASE_URL`, at(name).url]);
  stack = await startAuthStack({
    ...Object.fromEntries(baseUrls),
    GCS_AUTH_BASE_URL: at('gcs').url,
    WEBHOOKS_EGRESS_ALLOW: `${new URL(at('caldav').url).host},${new URL(at('ics').url).host}`,
  });
}, 60_000);
afterAll(async () => {
  await stack.stop();
  await Promise.all([...running.values()].map((one) => one.stop()));
});
afterEach(() => {
  for (const one of running.values()) {
    one.faults.clear();
    one.fake.reset();
  }
  stack.zoom.faults.clear();
});

function at(name: Name): RunningFake<CredentialsFake> {
  const found = running.get(name);
  if (found === undefined) throw new Error(`no fake of ${name} was started`);
  return found;
}

const typed = (name: Name): Record<string, string> => ({ ...fakes[name].credentialsOf(olivia, at(name).url) });
const connect = (name: Name, user: TestUser, credentials = typed(name)): Promise<Connection> =>
  stack.ask(connectWithCredentials, { provider: name, credentials }, user);
const check = ({ id }: Connection, user: TestUser): Promise<Connection> => stack.ask(checkConnection, { id }, user);
const listOf = async (user: TestUser): Promise<readonly Connection[]> => (await stack.ask(listConnections, { limit: 50 }, user)).items;
const failureOf = (work: Promise<unknown>): Promise<AppError> =>
  work.then(
    () => Promise.reject(new Error('expected a failure')),
    (error: AppError) => error,
  );
const codeOf = async (work: Promise<unknown>): Promise<string> => (await failureOf(work)).code;
const toldTo = async ({ user_id: userId }: TestUser, type: string) => (await stack.announced(type)).filter(({ data }) => data['user_id'] === userId);

describe('an account that is opened with a password or a key', () => {
  it('refuses strangers', async () => {
    expect(await codeOf(stack.ask(connectWithCredentials, { provider: 'stripe', credentials: typed('stripe') }))).toBe('forbidden');
    expect(await codeOf(stack.ask(checkConnection, { id: aUser().user_id }))).toBe('forbidden');
  });

  it.each(names)('is connected at %s with what its form asks for', async (name) => {
    const user = aUser();
    const { items } = await stack.ask(listProviders, {});
    const provider = items.find(({ id }) => id === name);
    const required = provider?.connect.fields.filter(({ is_required: isRequired }) => isRequired).map((field) => field.name) ?? [];

    const connection = await connect(name, user);

    expect(provider).toMatchObject({ is_configured: true, connect: { method: 'credentials' } });
    expect(Object.keys(typed(name))).toEqual(expect.arrayContaining(required));
    expect(connection).toMatchObject({
      provider: name,
      type: provider?.types[0],
      status: 'active',
      scopes: [],
      token_expires_at: null,
      last_error: null,
    });
    expect(await listOf(user)).toEqual([connection]);
    expect(await toldTo(user, 'integration_connected')).toMatchObject([{ data: { connection_id: connection.id, provider: name } }]);
    expect(await toldTo(user, 'activity_recorded')).toMatchObject([{ data: { log_type: 'integration_connected', success: true } }]);
  });

  it.each(names)('at %s is asked again with what was kept, and works', async (name) => {
    const user = aUser();
    const connection = await connect(name, user);

    expect(await check(connection, user)).toEqual(connection);
    expect(await stack.ask(getCredentials, { connection_id: connection.id })).toEqual({ provider: name, credentials: typed(name) });
  });

  it('keeps its id, and takes the new key, when it is connected again', async () => {
    const user = aUser();
    const { id } = await connect('s3', user);
    fakes.s3.revokeGrant(olivia);

    const again = await connect('s3', user);

    expect([again.id, (await listOf(user)).length]).toEqual([id, 1]);
    expect((await stack.ask(getCredentials, { connection_id: id })).credentials).toEqual(typed('s3'));
  });

  it('is sealed, bound to its place, and shown nowhere', async () => {
    const user = aUser();
    const { id } = await connect('caldav', user);
    fakes.caldav.revokeGrant(olivia);
    await codeOf(connect('caldav', user, { ...typed('caldav'), password: 'another-wrong-password' }));

    const [row] = await stack.rows<{ sealed_credentials: string }>('SELECT sealed_credentials FROM grants WHERE connection_id = $1', [id]);
    expect(row?.sealed_credentials).toMatch(/^v1\.test\./);
    const dump = JSON.stringify(await stack.rows('SELECT * FROM connections, grants, outbox')) + stack.logged.join('\n');
    expect(['sandbox-olivia-password-1', 'another-wrong-password'].filter((secret) => dump.includes(secret))).toEqual([]);
    expect(dump).not.toContain(Buffer.from(`${olivia}:sandbox-olivia-password-1`).toString('base64'));
  });
});

describe('a calendar account without OAuth', () => {
  const connectOne = (name: 'apple' | 'caldav' | 'ics', user: TestUser, fields = typed(name)): Promise<Connection> =>
    stack.ask(connectCalendar, { provider: name, ...fields }, user);

  it('refuses strangers', async () => {
    expect(await codeOf(stack.ask(connectCalendar, { provider: 'ics', ...typed('ics') }))).toBe('forbidden');
  });

  it.each(['apple', 'caldav', 'ics'] as const)('is connected at %s with the fields beside its provider', async (name) => {
    const user = aUser();

    const connection = await connectOne(name, user);

    expect(connection).toMatchObject({ provider: name, type: 'calendar', status: 'active' });
    expect(await listOf(user)).toEqual([connection]);
    expect(await toldTo(user, 'integration_connected')).toMatchObject([{ data: { connection_id: connection.id, type: 'calendar' } }]);
  });

  it.each(['apple', 'caldav', 'ics'] as const)('at %s is brought up to date when it is connected again', async (name) => {
    const user = aUser();
    const { id } = await connectOne(name, user);
    fakes[name].revokeGrant(olivia);

    const again = await connectOne(name, user);

    expect([again.id, (await listOf(user)).length]).toEqual([id, 1]);
    expect((await stack.ask(getCredentials, { connection_id: id })).credentials).toEqual(typed(name));
  });

  it('is tried before it is kept', async () => {
    const user = aUser();
    const before = typed('ics');
    fakes.ics.revokeGrant(olivia);

    const failure = await failureOf(connectOne('ics', user, before));

    expect([failure.code, failure.details]).toEqual(['credentials_refused', { reason: 'not_found', provider_reason: 'no_such_feed' }]);
    expect(await listOf(user)).toEqual([]);
  });

  it('is told which of its fields are missing, and which are not its own', async () => {
    const failure = await failureOf(stack.ask(connectCalendar, { provider: 'caldav', username: 'olivia', url: 'https://a.example' }, aUser()));

    expect([failure.code, Object.keys(failure.details).sort()]).toEqual(['credentials_invalid', ['password', 'server_url', 'url']]);
  });

  it.each([
    ['google', 'connect_method_differs'],
    ['stripe', 'integration_type_unsupported'],
    ['nobody', 'provider_unknown'],
  ])('is none at %s', async (provider, code) => {
    expect(await codeOf(stack.ask(connectCalendar, { provider, username: 'olivia', password: 'x' }, aUser()))).toBe(code);
  });

  it('keeps the address of a feed sealed, and shows its host alone', async () => {
    const user = aUser();
    const address = typed('ics')['url'] ?? '';
    const { id } = await connectOne('ics', user);
    const tables = await Promise.all(['connections', 'grants', 'outbox'].map((table) => stack.rows(`SELECT * FROM ${table}`)));
    const dump = JSON.stringify(tables) + stack.logged.join('\n');

    expect(dump).not.toContain(/private-\w+/.exec(address)?.[0]);
    const [row] = await stack.rows<{ account_id: string }>('SELECT provider_account_id AS account_id FROM connections WHERE id = $1', [id]);
    expect(row?.account_id.split('/')[0]).toBe(new URL(address).host);
  });

  it.each(['http://127.0.0.1:1/a.ics', 'webcal://169.254.169.254/latest', 'http://[::1]/a.ics'])('does not lead to %s', async (url) => {
    expect(await codeOf(connectOne('ics', aUser(), { url }))).toBe('address_not_allowed');
  });
});

describe('the token of an account that was connected with a form', () => {
  it('is what was typed', async () => {
    const { id } = await connect('caldav', aUser());

    const { access_token: token, expires_at: end } = await stack.ask(getAccessToken, { connection_id: id });

    expect([credentialsOfToken({ value: token, accountId: id }), end]).toEqual([typed('caldav'), null]);
  });

  it('is tried once more when a service says that it was refused, and then ends the connection or not', async () => {
    const user = aUser();
    const { id } = await connect('caldav', user);
    const { access_token: token } = await stack.ask(getAccessToken, { connection_id: id });
    const askAgain = () => stack.ask(getAccessToken, { connection_id: id, rejected_token: token });

    expect((await askAgain()).access_token).toBe(token);
    at('caldav').faults.down();
    expect(await codeOf(askAgain())).toBe('provider_unavailable');
    at('caldav').faults.up();
    fakes.caldav.revokeGrant(olivia);
    expect(await codeOf(askAgain())).toBe('connection_needs_reauth');
    expect((await listOf(user))[0]).toMatchObject({ id, status: 'needs_reauth' });
  }, 20_000);
});

describe('credentials that are not taken', () => {
  it('are told field by field when the form is not whole, before anyone is asked', async () => {
    const user = aUser();
    const failure = await failureOf(connect('s3', user, { bucket: 's3://files', region: 'eu-central-1', secret: 'x' }));

    expect([failure.code, Object.keys(failure.details).sort()]).toEqual([
      'credentials_invalid',
      ['access_key_id', 'bucket', 'secret', 'secret_access_key'],
    ]);
    expect([await listOf(user), await toldTo(user, 'activity_recorded')]).toEqual([[], []]);
  });

  it('are not kept when the provider refuses them, which its owner can read', async () => {
    const user = aUser();
    const failure = await failureOf(connect('s3', user, { ...typed('s3'), secret_access_key: 'wrong' }));

    expect([failure.code, failure.details]).toEqual(['credentials_refused', { reason: 'unauthorized', provider_reason: 'SignatureDoesNotMatch' }]);
    expect([await listOf(user), await toldTo(user, 'integration_connected')]).toEqual([[], []]);
    expect(await toldTo(user, 'activity_recorded')).toMatchObject([
      { data: { log_type: 'error', integration_type: 's3', success: false, details: { code: 'credentials_refused' } } },
    ]);
  });

  it.each(['http://127.0.0.1:1', 'http://169.254.169.254/latest', 'http://localhost:5432', 'http://[::1]/', 'https://metadata.google.internal'])(
    'do not lead to %s',
    async (address) => {
      expect(await codeOf(connect('caldav', aUser(), { ...typed('caldav'), server_url: address }))).toBe('address_not_allowed');
      expect(await codeOf(connect('s3', aUser(), { ...typed('s3'), endpoint: address }))).toBe('address_not_allowed');
    },
  );

  it('may work later when the provider is away', async () => {
    const user = aUser();
    at('stripe').faults.down();

    expect(await codeOf(connect('stripe', user))).toBe('provider_unavailable');
    expect(await listOf(user)).toEqual([]);
  }, 20_000);

  it('are for providers and types that take them', async () => {
    const user = aUser();
    const ask = (provider: string, type: 'calendar' | 'video') =>
      codeOf(stack.ask(connectWithCredentials, { provider, integration_type: type, credentials: {} }, user));

    expect([await ask('nobody', 'calendar'), await ask('zoom', 'video'), await ask('caldav', 'video')]).toEqual([
      'provider_unknown',
      'connect_method_differs',
      'integration_type_unsupported',
    ]);
  });
});

describe('a password that was changed', () => {
  it('ends the connection when it is checked, once for all who ask, and connecting again mends it', async () => {
    const user = aUser();
    const connection = await connect('apple', user);
    fakes.apple.revokeGrant(olivia);

    const checked = await Promise.all([check(connection, user), check(connection, user), check(connection, user)]);

    expect(checked.map(({ status }) => status)).toEqual(['needs_reauth', 'needs_reauth', 'needs_reauth']);
    expect(checked[0]?.last_error).toMatch(/Apple iCloud no longer accepts/);
    expect(await toldTo(user, 'integration_disconnected')).toMatchObject([{ data: { connection_id: connection.id, reason: 'refused_by_provider' } }]);
    expect(await codeOf(stack.ask(getCredentials, { connection_id: connection.id }))).toBe('connection_needs_reauth');
    expect(await connect('apple', user)).toMatchObject({ id: connection.id, status: 'active', last_error: null });
  });

  it('ends the connection when a service says that it was refused', async () => {
    const user = aUser();
    const { id } = await connect('caldav', user);
    const refused = { connection_id: id, was_refused: true };

    const before = await stack.ask(getCredentials, refused);
    fakes.caldav.revokeGrant(olivia);
    const after = await codeOf(stack.ask(getCredentials, refused));

    expect([before.credentials['password'], after]).toEqual(['sandbox-olivia-password-1', 'connection_needs_reauth']);
    expect((await listOf(user))[0]).toMatchObject({ id, status: 'needs_reauth' });
  });

  it('is not mistaken for a provider that is away', async () => {
    const user = aUser();
    const connection = await connect('stripe', user);
    at('stripe').faults.down();

    expect(await codeOf(check(connection, user))).toBe('provider_unavailable');
    expect(await codeOf(stack.ask(getCredentials, { connection_id: connection.id, was_refused: true }))).toBe('provider_unavailable');
    expect(await listOf(user)).toEqual([connection]);
  }, 20_000);

  it('is not mistaken for a permission that is missing, which somebody may give back', async () => {
    const user = aUser();
    const connection = await connect('stripe', user);
    at('stripe').faults.failNext({ status: 403 });

    const closed = await check(connection, user);
    const opened = await check(connection, user);

    expect([closed.status, closed.last_error]).toEqual(['active', expect.stringMatching(/Stripe knows the credentials/)]);
    expect(opened).toEqual(connection);
  });
});

describe('the address of a feed at which there is nothing', () => {
  it('may be one of a server that has lost its file for a moment: the connection stays, and says so until it is found again', async () => {
    const user = aUser();
    const connection = await connect('ics', user);
    const { access_token: token } = await stack.ask(getAccessToken, { connection_id: connection.id });
    at('ics').faults.failNext({ status: 404, count: 2 });

    const again = await stack.ask(getAccessToken, { connection_id: connection.id, rejected_token: token });
    const gone = await check(connection, user);
    const back = await check(connection, user);

    expect(again.access_token).toBe(token);
    expect(gone).toMatchObject({ status: 'active', last_error: expect.stringMatching(/there is nothing/i) });
    expect([back, await toldTo(user, 'integration_disconnected')]).toEqual([connection, []]);
  });

  it('that asks for a password all of a sudden ends the connection', async () => {
    const user = aUser();
    const connection = await connect('ics', user);
    at('ics').faults.failNext({ status: 401 });

    expect(await check(connection, user)).toMatchObject({ status: 'needs_reauth' });
  });
});

describe('a connection that goes', () => {
  it('takes what opened it along', async () => {
    const user = aUser();
    const { id } = await connect('mailgun', user);

    await stack.ask(disconnectConnection, { id }, user);

    expect(await stack.rows('SELECT 1 FROM grants WHERE connection_id = $1', [id])).toEqual([]);
    expect(await codeOf(stack.ask(getCredentials, { connection_id: id }))).toBe('connection_not_found');
    expect(await toldTo(user, 'integration_disconnected')).toMatchObject([{ data: { reason: 'by_user' } }]);
    expect((await toldTo(user, 'activity_recorded')).map(({ data }) => data['message'])).toContainEqual(
      expect.stringMatching(/what opened it forgotten/),
    );
  });

  it('is not there for others', async () => {
    const user = aUser();
    const connection = await connect('mailgun', user);

    expect(await codeOf(check(connection, aUser()))).toBe('connection_not_found');
    expect(await codeOf(check(connection, { ...user, tenant_id: 'another' }))).toBe('connection_not_found');
  });
});

describe('a check of a connection with tokens', () => {
  const zoomGrant = async () => {
    const user = aUser();
    const email = `${user.user_id}@example.com`;
    return { user, email, connection: await connectAccount(stack, user, { provider: 'zoom', email }) };
  };

  it('says that it works', async () => {
    const { user, connection } = await zoomGrant();

    expect(await check(connection, user)).toEqual(connection);
  });

  it('renews a token that the provider refuses', async () => {
    const { user, connection } = await zoomGrant();
    const before = await stack.ask(getAccessToken, { connection_id: connection.id });
    stack.zoom.fake.expireTokens();

    const checked = await check(connection, user);

    expect(checked).toMatchObject({ id: connection.id, status: 'active' });
    expect((await stack.ask(getAccessToken, { connection_id: connection.id })).access_token).not.toBe(before.access_token);
  });

  it('finds out that the permission was taken back', async () => {
    const { user, email, connection } = await zoomGrant();
    stack.zoom.fake.revokeGrant(email);

    expect(await check(connection, user)).toMatchObject({ id: connection.id, status: 'needs_reauth' });
    expect(await toldTo(user, 'integration_disconnected')).toHaveLength(1);
    expect(await check(connection, user)).toMatchObject({ status: 'needs_reauth' });
  });

  it('finds out that even a new token is refused', async () => {
    const { user, connection } = await zoomGrant();
    stack.zoom.faults.failNext({ status: 401, count: 50, match: { path: '/v2/users/me' } });

    expect(await check(connection, user)).toMatchObject({ status: 'needs_reauth' });
  });

  it('cannot tell while the provider is away', async () => {
    const { user, connection } = await zoomGrant();
    stack.zoom.faults.down();

    expect(await codeOf(check(connection, user))).toBe('provider_unavailable');
    expect(await listOf(user)).toEqual([connection]);
  }, 20_000);

  it('hands out no credentials: there are none', async () => {
    const { connection } = await zoomGrant();

    expect(await codeOf(stack.ask(getCredentials, { connection_id: connection.id }))).toBe('connection_not_found');
  });
});
