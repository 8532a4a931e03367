import { connectToFake, createInstagramFake, instagramFakeClient } from '@patchbay/providers/testing';
import { manifestOf } from './manifest.js';
import { expectRefusal, sender, takeExchanges, type Recording } from './scenario.js';

const instagram = manifestOf('instagram');

const connect = () =>
  connectToFake(
    {
      ...instagram,
      connect: (outbound, baseUrl) => {
        const config = instagram.config.parse({
          INSTAGRAM_CLIENT_ID: instagramFakeClient.clientId,
          INSTAGRAM_CLIENT_SECRET: instagramFakeClient.clientSecret,
          INSTAGRAM_API_BASE_URL: baseUrl,
          INSTAGRAM_AUTH_BASE_URL: baseUrl,
        });
        return instagram.connect({ config, outbound, userAimedOutbound: outbound, now: () => new Date() });
      },
    },
    createInstagramFake(),
    'social',
  );

/** Everything the Instagram adapters do, then what the fake answers beyond that. */
export const instagramScenario = async (): Promise<Recording> => {
  const connection = await connect();
  const { capabilities, token, running } = connection;
  const take = takeExchanges(running.exchanges);
  const signIn = take();
  try {
    await capabilities.identity.getAccount(token);
    const meant = take();
    const send = sender(running.url, token.value);
    await send('GET', '/me');
    await send('GET', '/me?fields=id,user_id,username,name,account_type,followers_count,follows_count,media_count');
    await send('GET', '/me?fields=email');
    const byHand = take();
    running.faults.failNext({ status: 429, count: 1, retryAfter: 1 });
    await capabilities.identity.getAccount(token);
    running.fake.expireTokens();
    await expectRefusal('unauthorized', () => capabilities.identity.getAccount(token));
    return { provider: 'instagram', byAdapters: [...signIn, ...meant, ...take()], byHand };
  } finally {
    await connection.stop();
  }
};
