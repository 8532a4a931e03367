import { identityContract, oauthContract } from '@patchbay/capabilities/testing';
import { connectToFake, fakePerson } from '../_kit/fake-connection.js';
import { createGithubFake, githubFakeClient } from './github.fake.js';
import { readGithubFailure } from './github.http.js';
import { primaryEmailIn } from './github.identity.mapping.js';
import { readGithubTokenAnswer } from './github.oauth.js';
import { github } from './github.provider.js';

const credentials = { GITHUB_CLIENT_ID: githubFakeClient.clientId, GITHUB_CLIENT_SECRET: githubFakeClient.clientSecret };
const noCall = {
  fetch: () => {
    throw new Error('no call is expected');
  },
};

const connect = async (environment: Record<string, string> = {}) => {
  const connection = await connectToFake(
    {
      ...github,
      connect: (outbound, baseUrl) => {
        const config = github.config.parse({ ...credentials, ...environment, GITHUB_API_BASE_URL: baseUrl, GITHUB_AUTH_BASE_URL: baseUrl });
        return github.connect({ config, outbound, userAimedOutbound: outbound, now: () => new Date() });
      },
    },
    createGithubFake(),
    'authentication',
  );
  return { ...connection, ...connection.capabilities, email: fakePerson };
};

identityContract('github', () => connect());
oauthContract('github', () => {
  const context = { config: github.config.parse(credentials), outbound: noCall, userAimedOutbound: noCall, now: () => new Date() };
  return { oauth: github.connect(context).oauth, types: github.types };
});

describe('github', () => {
  let harness: Awaited<ReturnType<typeof connect>>;
  beforeEach(async () => (harness = await connect()));
  afterEach(() => harness.stop());

  it('asks for the list of addresses only when the profile shows none', async () => {
    harness.running.fake.publishEmail(fakePerson);

    expect(await harness.identity.getAccount(harness.token)).toMatchObject({ email: fakePerson, name: 'Olivia Organiser' });
    expect(harness.running.requests.filter(({ path }) => path === '/user/emails')).toEqual([]);
  });

  it('knows an account whose addresses it may not see', async () => {
    const modest = await connect({ GITHUB_SCOPES: 'read:user' });

    expect(await modest.identity.getAccount(modest.token)).toMatchObject({ email: null, name: 'Olivia Organiser' });
    await modest.stop();
  });

  it('takes the main address if it was verified, and no other', () => {
    const second = { email: 'second@example.com', primary: false, verified: true };

    expect(primaryEmailIn([second, { email: 'main@example.com', primary: true, verified: true }])).toBe('main@example.com');
    expect(primaryEmailIn([second, { email: 'main@example.com', primary: true, verified: false }])).toBeNull();
  });

  it('ends the permission at GitHub; a token that is dead already is unauthorized', async () => {
    await harness.revocation.revoke(harness.token);

    expect(harness.running.fake.accounts().find(({ email }) => email === fakePerson)?.grants).toBe(0);
    await expect(harness.revocation.revoke(harness.token)).rejects.toMatchObject({ code: 'unauthorized' });
  });

  it('tells a rate limit from a missing permission, which have the same status', () => {
    expect(readGithubFailure(403, { message: 'API rate limit exceeded for user ID 1.' })).toEqual({ code: 'rate_limited' });
    expect(readGithubFailure(403, { message: 'Resource not accessible by integration' })).toEqual({});
    expect(readGithubFailure(502, undefined)).toEqual({});
  });
});

describe('token answers of GitHub', () => {
  it.each([
    ['bad_verification_code', 'invalid_grant'],
    ['bad_refresh_token', 'invalid_grant'],
    ['incorrect_client_credentials', 'invalid_client'],
    ['redirect_uri_mismatch', 'redirect_uri_mismatch'],
    ['unverified_user_email', 'unverified_user_email'],
  ])('with %s are refusals with %s, though their status is 200', (word, error) => {
    const answer = { status: 200, body: { error: word, error_description: 'A sentence.', error_uri: '/apps' } };

    expect(readGithubTokenAnswer(answer)).toEqual({ status: 400, body: { error } });
  });

  it('of a GitHub App lose their empty list of scopes, which refuses nothing', () => {
    const body = { access_token: 'ghu_x', expires_in: 28_800, token_type: 'bearer' };

    expect(readGithubTokenAnswer({ status: 200, body: { ...body, scope: '' } })).toEqual({ status: 200, body });
  });

  it('stay as they are otherwise', () => {
    const answers = [
      { status: 200, body: { access_token: 'gho_x', scope: 'user:email', token_type: 'bearer' } },
      { status: 502, body: { error: 'Bad gateway' } },
      { status: 503, body: undefined },
    ];

    expect(answers.map(readGithubTokenAnswer)).toEqual(answers);
  });
});
