import { identityContract, oauthContract } from '@patchbay/capabilities/testing';
import { connectToFake, fakePerson } from '../_kit/fake-connection.js';
import { createWebexFake, webexFakeClient } from './webex.fake.js';
import { toProviderAccount, webexPerson } from './webex.identity.mapping.js';
import { readWebexTokenAnswer } from './webex.oauth.js';
import { webex } from './webex.provider.js';

const credentials = { WEBEX_CLIENT_ID: webexFakeClient.clientId, WEBEX_CLIENT_SECRET: webexFakeClient.clientSecret };
const noCall = {
  fetch: () => {
    throw new Error('no call is expected');
  },
};

const connect = async (suffix = '') => {
  const connection = await connectToFake(
    {
      ...webex,
      connect: (outbound, baseUrl) => {
        const config = webex.config.parse({ ...credentials, WEBEX_API_BASE_URL: `${baseUrl}${suffix}`, WEBEX_AUTH_BASE_URL: baseUrl });
        return webex.connect({ config, outbound, userAimedOutbound: outbound, now: () => new Date() });
      },
    },
    createWebexFake(),
    'video',
  );
  return { ...connection, ...connection.capabilities, email: fakePerson };
};

identityContract('webex', () => connect());
oauthContract('webex', () => {
  const { oauth } = webex.connect({ config: webex.config.parse(credentials), outbound: noCall, userAimedOutbound: noCall, now: () => new Date() });
  return { oauth, types: webex.types };
});

describe('webex', () => {
  it('understands a base URL with the version in it', async () => {
    const { identity, token, stop } = await connect('/v1/');

    expect((await identity.getAccount(token)).name).toBe('Olivia Organiser');
    await stop();
  });

  it('has a name for people without a display name, and none for those without any', () => {
    const named = (person: object) => toProviderAccount(webexPerson.parse({ id: '1', emails: ['a@example.com'], ...person }));

    expect(named({ firstName: 'Ada', lastName: 'L.' })).toEqual({ id: '1', email: 'a@example.com', name: 'Ada L.' });
    expect(named({ emails: [] })).toEqual({ id: '1', email: null, name: null });
  });

  it('leaves answers alone that say what they mean, or nothing that is known', () => {
    const standard = { status: 400, body: { error: 'invalid_scope', message: 'refresh token' } };
    const foreign = { status: 400, body: { message: 'Something else.' } };
    const passing = { status: 503, body: { message: 'The refresh token service is down.' } };

    expect([standard, foreign, passing].map(readWebexTokenAnswer)).toEqual([standard, foreign, passing]);
  });
});
