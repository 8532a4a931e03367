import { identityContract, oauthContract } from '@patchbay/capabilities/testing';
import { connectToFake, fakePerson } from '../_kit/fake-connection.js';
import { createDiscordFake, discordFakeClient } from './discord.fake.js';
import { readDiscordFailure } from './discord.http.js';
import { discordUser, toProviderAccount } from './discord.identity.mapping.js';
import { readDiscordTokenAnswer } from './discord.oauth.js';
import { discord } from './discord.provider.js';

const credentials = { DISCORD_CLIENT_ID: discordFakeClient.clientId, DISCORD_CLIENT_SECRET: discordFakeClient.clientSecret };
const noCall = {
  fetch: () => {
    throw new Error('no call is expected');
  },
};

const connect = async (suffix = '') => {
  const connection = await connectToFake(
    {
      ...discord,
      connect: (outbound, baseUrl) => {
        const config = discord.config.parse({ ...credentials, DISCORD_API_BASE_URL: `${baseUrl}${suffix}`, DISCORD_AUTH_BASE_URL: baseUrl });
        return discord.connect({ config, outbound, userAimedOutbound: outbound, now: () => new Date() });
      },
    },
    createDiscordFake(),
    'authentication',
  );
  return { ...connection, ...connection.capabilities, email: fakePerson };
};

identityContract('discord', () => connect());
oauthContract('discord', () => {
  const context = { config: discord.config.parse(credentials), outbound: noCall, userAimedOutbound: noCall, now: () => new Date() };
  return { oauth: discord.connect(context).oauth, types: discord.types };
});

describe('discord', () => {
  it.each(['/api', '/api/v10/'])('understands a base URL that ends with %s', async (suffix) => {
    const { identity, token, stop } = await connect(suffix);

    expect((await identity.getAccount(token)).name).toBe('Olivia Organiser');
    await stop();
  });

  it('does not tell an address that was never verified', () => {
    const account = (user: object) => toProviderAccount(discordUser.parse({ id: '80351110224678912', username: 'nelly', ...user }));

    expect(account({ email: 'n@example.com', verified: true, global_name: 'Nelly' })).toEqual({
      id: '80351110224678912',
      email: 'n@example.com',
      name: 'Nelly',
    });
    expect(account({ email: 'n@example.com', verified: false, global_name: null })).toMatchObject({ email: null, name: 'nelly' });
    expect(account({ email: 'n@example.com' }).email).toBeNull();
  });

  it.each(['Invalid "code" in request.', 'Invalid "refresh_token" in request.'])('takes %j for a grant that is dead for good', (sentence) => {
    const answer = { status: 400, body: { error: 'invalid_request', error_description: sentence } };

    expect(readDiscordTokenAnswer(answer)).toEqual({ status: 400, body: { error: 'invalid_grant' } });
  });

  it('leaves other answers as they are', () => {
    const answers = [
      { status: 400, body: { error: 'invalid_request', error_description: 'Missing "code_verifier"' } },
      { status: 200, body: { access_token: 'x' } },
      { status: 502, body: undefined },
    ];

    expect(answers.map(readDiscordTokenAnswer)).toEqual(answers);
  });

  it('repeats error numbers, save the one that means nothing', () => {
    expect(readDiscordFailure(403, { message: 'Missing Access', code: 50_001 })).toEqual({ reason: '50001' });
    expect(readDiscordFailure(401, { message: '401: Unauthorized', code: 0 })).toEqual({});
    expect(readDiscordFailure(502, undefined)).toEqual({});
  });
});
