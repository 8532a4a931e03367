import { identityContract, oauthContract } from '@patchbay/capabilities/testing';
import { connectToFake, fakePerson } from '../_kit/fake-connection.js';
import { createDropboxFake, dropboxFakeClient } from './dropbox.fake.js';
import { readDropboxFailure } from './dropbox.http.js';
import { dropboxAccount, toProviderAccount } from './dropbox.identity.mapping.js';
import { dropbox } from './dropbox.provider.js';

const credentials = { DROPBOX_CLIENT_ID: dropboxFakeClient.clientId, DROPBOX_CLIENT_SECRET: dropboxFakeClient.clientSecret };
const noCall = {
  fetch: () => {
    throw new Error('no call is expected');
  },
};
const oauthWith = (environment: Record<string, string> = {}) => {
  const config = dropbox.config.parse({ ...credentials, ...environment });
  return dropbox.connect({ config, outbound: noCall, userAimedOutbound: noCall, now: () => new Date() }).oauth;
};

const connect = async ({ suffix = '', scopes = 'account_info.read' } = {}) => {
  const connection = await connectToFake(
    {
      ...dropbox,
      connect: (outbound, baseUrl) => {
        const bases = { DROPBOX_API_BASE_URL: `${baseUrl}${suffix}`, DROPBOX_AUTH_BASE_URL: baseUrl };
        const config = dropbox.config.parse({ ...credentials, DROPBOX_SCOPES: scopes, ...bases });
        return dropbox.connect({ config, outbound, userAimedOutbound: outbound, now: () => new Date() });
      },
    },
    createDropboxFake(),
    'storage',
  );
  return { ...connection, ...connection.capabilities, email: fakePerson };
};

identityContract('dropbox', () => connect());
oauthContract('dropbox', () => ({ oauth: oauthWith(), types: dropbox.types }));

describe('dropbox', () => {
  it('ends the permission at Dropbox; a token that is dead already is unauthorized', async () => {
    const { revocation, token, running, stop } = await connect();

    await revocation.revoke(token);

    expect(running.fake.accounts().find(({ email }) => email === fakePerson)?.grants).toBe(0);
    await expect(revocation.revoke(token)).rejects.toMatchObject({ code: 'unauthorized', reason: 'invalid_access_token' });
    await stop();
  });

  it('understands a base URL with the version in it, also to fetch tokens', async () => {
    const { identity, token, stop } = await connect({ suffix: '/2/' });

    expect((await identity.getAccount(token)).name).toBe('Olivia Organiser');
    await stop();
  });

  it('says that a scope is missing, which no fresh token would mend', async () => {
    const { identity, token, stop } = await connect({ scopes: 'files.content.read' });

    await expect(identity.getAccount(token)).rejects.toMatchObject({ code: 'forbidden', reason: 'missing_scope' });
    await stop();
  });

  it('does not tell an address that was never verified', () => {
    const account = { account_id: 'dbid:1', name: { display_name: 'Franz' }, email: 'f@example.com' };

    expect(toProviderAccount(dropboxAccount.parse({ ...account, email_verified: true }))).toEqual({
      id: 'dbid:1',
      email: 'f@example.com',
      name: 'Franz',
    });
    expect(toProviderAccount(dropboxAccount.parse({ ...account, email_verified: false })).email).toBeNull();
  });

  it('finds its word in every kind of error', () => {
    expect(readDropboxFailure(401, { error: { '.tag': 'expired_access_token' } })).toEqual({ reason: 'expired_access_token', code: undefined });
    expect(readDropboxFailure(429, { error: { reason: { '.tag': 'too_many_requests' }, retry_after: 1 } })).toMatchObject({
      reason: 'too_many_requests',
    });
    expect(readDropboxFailure(500, undefined)).toEqual({});
  });

  it('fetches tokens where the API is, and never sends the codes of a moved consent page to the real one', () => {
    const sandbox = 'http://127.0.0.1:4400/dropbox';

    expect(oauthWith().tokenEndpoint).toBe('https://api.dropboxapi.com/oauth2/token');
    expect(oauthWith({ DROPBOX_AUTH_BASE_URL: sandbox }).tokenEndpoint).toBe(`${sandbox}/oauth2/token`);
    expect(oauthWith({ DROPBOX_AUTH_BASE_URL: sandbox, DROPBOX_API_BASE_URL: 'http://127.0.0.1:4401' }).tokenEndpoint).toBe(
      'http://127.0.0.1:4401/oauth2/token',
    );
  });
});
