import { connectWithCredentials, finishConnection, listConnections, startConnection, type AppError } from '@patchbay/contracts';
import { createMicrosoftFake, microsoftFakeClient, startFake, type MicrosoftFake, type RunningFake } from '@patchbay/providers/testing';
import { aUser, redirectUri, startAuthStack, type AuthStack } from '../testing/auth-stack.js';
import { codeOf } from '../testing/code-of.js';
import { consent } from '../testing/consent.js';

describe('what a person leaves ticked', () => {
  let microsoft: RunningFake<MicrosoftFake>;
  let stack: AuthStack;

  beforeAll(async () => {
    microsoft = await startFake(createMicrosoftFake());
    stack = await startAuthStack({
      OUTLOOK_CLIENT_ID: microsoftFakeClient.clientId,
      OUTLOOK_CLIENT_SECRET: microsoftFakeClient.clientSecret,
      OUTLOOK_API_BASE_URL: microsoft.url,
      OUTLOOK_AUTH_BASE_URL: microsoft.url,
    });
  }, 60_000);
  afterAll(async () => {
    await stack.stop();
    await microsoft.stop();
  });

  /** Connects with these boxes ticked and answers how it failed. */
  async function failureOf(provider: string, ticked: readonly string[]): Promise<Pick<AppError, 'code' | 'details'>> {
    const user = aUser();
    const { auth_url: authUrl } = await stack.ask(startConnection, { provider, redirect_uri: redirectUri }, user);
    const form = [['decision', 'allow'], ['email', `${provider}.sparing@example.com`], ['granular', '1'], ...ticked.map((scope) => ['scope', scope])];
    const back = await consent(authUrl, { form: form as [string, string][] });
    const failure: AppError = await stack.ask(finishConnection, { provider, ...back }, user).then(
      () => Promise.reject(new Error('it was connected')),
      (error: AppError) => error,
    );
    expect((await stack.ask(listConnections, { limit: 10 }, user)).items).toEqual([]);
    return failure;
  }

  it('is nothing: every permission is named', async () => {
    const { code, details } = await failureOf('google', []);

    expect(code).toBe('oauth_scope_missing');
    expect(details['missing_scopes']).toHaveLength(4);
  });

  it('is all but lasting access: that is named, although no answer lists it', async () => {
    expect(await failureOf('outlook', ['User.Read', 'Calendars.ReadWrite'])).toMatchObject({
      code: 'oauth_scope_missing',
      details: { missing_scopes: ['offline_access'], missing_permissions: ['keep this access while you are away'] },
    });
  });
});

describe('a provider that is connected in another way', () => {
  it('says so', async () => {
    const stack = await startAuthStack();
    try {
      expect(await codeOf(stack.ask(startConnection, { provider: 'caldav', redirect_uri: redirectUri }, aUser()))).toBe('connect_method_differs');
      expect(await codeOf(stack.ask(connectWithCredentials, { provider: 'google', credentials: {} }, aUser()))).toBe('connect_method_differs');
    } finally {
      await stack.stop();
    }
  }, 60_000);
});
