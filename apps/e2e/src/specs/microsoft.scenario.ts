import { connectToFake, createMicrosoftFake, microsoftFakeClient } from '@patchbay/providers/testing';
import { manifestOf } from './manifest.js';
import { expectRefusal, sender, takeExchanges, type Recording } from './scenario.js';

const outlook = manifestOf('outlook');

const connect = () =>
  connectToFake(
    {
      ...outlook,
      connect: (outbound, baseUrl) => {
        const config = outlook.config.parse({
          OUTLOOK_CLIENT_ID: microsoftFakeClient.clientId,
          OUTLOOK_CLIENT_SECRET: microsoftFakeClient.clientSecret,
          OUTLOOK_API_BASE_URL: baseUrl,
          OUTLOOK_AUTH_BASE_URL: baseUrl,
        });
        return outlook.connect({ config, outbound, userAimedOutbound: outbound, now: () => new Date() });
      },
    },
    createMicrosoftFake(),
    'calendar',
  );

/** Everything the adapters that Outlook, Teams, OneDrive and sign-in share do, then what the fake answers beyond that. */
export const microsoftScenario = async (): Promise<Recording> => {
  const { capabilities, token, running, stop } = await connect();
  const take = takeExchanges(running.exchanges);
  try {
    await capabilities.identity.getAccount(token);
    const send = sender(running.url, token.value);
    const meant = take();
    await send('GET', '/v1.0/me');
    await send('GET', '/v1.0/me/');
    await send('GET', '/v1.0/me?$select=shoeSize');
    const byHand = take();
    running.faults.failNext({ status: 429, count: 1, retryAfter: 1 });
    await capabilities.identity.getAccount(token);
    running.faults.failNext({ status: 503, count: 1 });
    await capabilities.identity.getAccount(token);
    running.fake.expireTokens();
    await expectRefusal('unauthorized', () => capabilities.identity.getAccount(token));
    return { provider: 'microsoft', byAdapters: [...meant, ...take()], byHand };
  } finally {
    await stop();
  }
};
