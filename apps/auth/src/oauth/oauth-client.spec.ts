import type { OAuthCapability, Outbound } from '@patchbay/capabilities';
import { exchangeCode, refreshTokens, type OAuthPeer } from './oauth-client.js';

const secret = 'ya29.SECRET token=1//refresh';

const capability = {
  issuer: 'https://login.example.com',
  authorizationEndpoint: 'https://login.example.com/authorize',
  tokenEndpoint: 'https://login.example.com/token',
  clientId: 'client',
  clientSecret: 'client-secret',
  clientAuthentication: 'client_secret_post',
  authorizationParameters: {},
  scopeSeparator: ' ',
  accountHintParameter: null,
  longLivedTokens: null,
  defaultLifetimeSeconds: null,
} as unknown as OAuthCapability;

/** A provider that refuses everything with an error word of its choice. */
const refusingWith = (error: string): OAuthPeer => ({
  oauth: capability,
  outbound: { fetch: () => () => Promise.resolve(Response.json({ error, error_description: secret }, { status: 400 })) } as unknown as Outbound,
});
const refresh = (error: string): Promise<unknown> =>
  refreshTokens(refusingWith(error), 'connection', { accessToken: 'a', refreshToken: 'r' }).catch((failure: unknown) => failure);

describe('the error word of a provider', () => {
  it.each([
    ['invalid_grant', 'refused'],
    ['invalid_client', 'failed'],
  ])('goes on when it is one: %s', async (word, kind) => {
    expect(await refresh(word)).toMatchObject({ kind, reason: word });
  });

  it.each([secret, `invalid_grant ${secret}`, 'x'.repeat(51), ''])('does not when it could be something that was sent: %p', async (word) => {
    const failure = await refresh(word);

    expect(failure).toMatchObject({ name: 'OAuthFailure', kind: 'failed' });
    expect(JSON.stringify([failure, (failure as Error).message])).not.toMatch(/SECRET|xxxx/);
  });

  it('does not when a browser brings it', async () => {
    const answer = { code: undefined, iss: undefined, error: secret, redirectUri: 'https://app.example.com/callback', verifier: null };
    const failure = await exchangeCode(refusingWith('unused'), answer).catch((thrown: unknown) => thrown);

    expect(failure).toMatchObject({ kind: 'denied', reason: 'unknown_error' });
  });
});
