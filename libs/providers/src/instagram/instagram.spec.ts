import type { Outbound } from '@patchbay/capabilities';
import { identityContract, oauthContract } from '@patchbay/capabilities/testing';
import { connectToFake } from '../_kit/fake-connection.js';
import { createInstagramFake, instagramFakeClient } from './instagram.fake.js';
import { readInstagramFailure } from './instagram.http.js';
import { instagramUser, toProviderAccount } from './instagram.identity.mapping.js';
import { instagram } from './instagram.provider.js';

const credentials = { INSTAGRAM_CLIENT_ID: instagramFakeClient.clientId, INSTAGRAM_CLIENT_SECRET: instagramFakeClient.clientSecret };
const offered = (outbound: Outbound, variables: Readonly<Record<string, string>> = {}) =>
  instagram.connect({
    config: instagram.config.parse({ ...credentials, ...variables }),
    outbound,
    userAimedOutbound: outbound,
    now: () => new Date(),
  });
const noOutbound: Outbound = {
  fetch: () => {
    throw new Error('no call is expected');
  },
};

const connect = async () => {
  const { id, limits } = instagram;
  const connectAt = (outbound: Outbound, url: string) => offered(outbound, { INSTAGRAM_API_BASE_URL: url, INSTAGRAM_AUTH_BASE_URL: url });
  const connection = await connectToFake({ id, limits, connect: connectAt }, createInstagramFake(), 'social');
  return { ...connection, ...connection.capabilities, email: null };
};

identityContract('instagram', connect);
oauthContract('instagram', () => ({ ...offered(noOutbound), types: instagram.types }));

describe('instagram: oauth, beyond the contract', () => {
  it('knows Instagram’s three hosts', () => {
    expect(offered(noOutbound).oauth).toMatchObject({
      authorizationEndpoint: 'https://www.instagram.com/oauth/authorize',
      tokenEndpoint: 'https://api.instagram.com/oauth/access_token',
      revocationEndpoint: null,
      usesPkce: false,
      longLivedTokens: {
        exchangeEndpoint: 'https://graph.instagram.com/access_token',
        renewalEndpoint: 'https://graph.instagram.com/refresh_access_token',
      },
    });
  });

  it('never lets a moved consent page send its codes to the real token endpoint', () => {
    const moved = { INSTAGRAM_AUTH_BASE_URL: 'http://127.0.0.1:4400/instagram/' };
    const elsewhere = { ...moved, INSTAGRAM_TOKEN_BASE_URL: 'http://127.0.0.1:4401' };

    expect(offered(noOutbound, moved).oauth.tokenEndpoint).toBe('http://127.0.0.1:4400/instagram/oauth/access_token');
    expect(offered(noOutbound, elsewhere).oauth.tokenEndpoint).toBe('http://127.0.0.1:4401/oauth/access_token');
  });

  it('takes an operator’s scopes with commas or spaces between them, and knows what all of Instagram’s mean', () => {
    const scopes = ['instagram_business_basic', 'instagram_business_manage_insights'];

    expect([scopes.join(','), scopes.join(' ')].map((text) => offered(noOutbound, { INSTAGRAM_SCOPES: text }).oauth.scopes)).toEqual([
      { social: scopes },
      { social: scopes },
    ]);
    expect(scopes.map((scope) => offered(noOutbound).oauth.scopeMeanings[scope])).not.toContain(undefined);
  });
});

describe('instagram: identity, beyond the contract', () => {
  it('names the professional account', async () => {
    const harness = await connect();

    const account = await harness.identity.getAccount(harness.token);
    expect(account).toEqual({
      id: expect.stringMatching(/^17841\d{12}$/),
      // What Meta calls the account when the person leaves.
      aliases: [expect.not.stringMatching(/^17841/)],
      email: null,
      name: 'olivia.organiser',
    });
    await harness.stop();
  });

  it('sends the token in no address', async () => {
    const harness = await connect();
    await harness.identity.getAccount(harness.token);

    const { path, query } = harness.running.requests.at(-1) ?? { path: '', query: new URLSearchParams() };
    expect([path, query.toString()]).toEqual(['/me', 'fields=id%2Cuser_id%2Cusername']);
    await harness.stop();
  });

  it('is read as the reference shows it and as the guide does', () => {
    const account = { user_id: '17841405793187218', username: 'olivia' };

    expect([account, { data: [account] }].map((answer) => toProviderAccount(instagramUser.parse(answer)))).toEqual([
      { id: '17841405793187218', email: null, name: 'olivia' },
      { id: '17841405793187218', email: null, name: 'olivia' },
    ]);
    // Read as a number it would be another account's id.
    expect(instagramUser.safeParse({ user_id: 17_841, username: 'olivia' }).success).toBe(false);
  });
});

describe('instagram: failures', () => {
  it.each([
    [190, 'unauthorized'],
    [10, 'forbidden'],
    [200, 'forbidden'],
    [4, 'rate_limited'],
    [613, 'rate_limited'],
    [2, 'unavailable'],
    [100, undefined],
  ])('number %i is %s, whatever the status says', (code, meaning) => {
    expect(readInstagramFailure(400, { error: { message: 'x', type: 'OAuthException', code } })).toEqual({ reason: String(code), code: meaning });
  });

  it('says nothing of what it cannot read', () => {
    expect(readInstagramFailure(500, '<html>')).toEqual({});
  });
});
