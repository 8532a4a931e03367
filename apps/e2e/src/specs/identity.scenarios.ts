import type { AccessToken, Capabilities, OAuthCapability, Provider } from '@patchbay/capabilities';
import {
  connectToFake,
  createDiscordFake,
  createGithubFake,
  createWebexFake,
  discordFakeClient,
  githubFakeClient,
  webexFakeClient,
  type FakeClient,
  type ProviderFake,
} from '@patchbay/providers/testing';
import { manifestOf } from './manifest.js';
import { expectRefusal, sender, takeExchanges, type Recording } from './scenario.js';

type Offered = Pick<Capabilities, 'oauth' | 'identity'>;

/** A provider that is asked who connected. */
interface Subject<Own extends Offered> {
  readonly provider: Provider<string, Provider['config'], Own>;
  /** What its variables begin with. */
  readonly prefix: string;
  readonly client: FakeClient;
  readonly fake: ProviderFake;
  readonly type: keyof OAuthCapability['scopes'];
  /** Read by hand, with the token of the person. */
  readonly byHand: readonly string[];
  /** What only this provider can do. */
  readonly further?: (capabilities: Own, token: AccessToken) => Promise<void>;
}

/** Webex says who connected. */
export const webexScenario = (): Promise<Recording> =>
  recordingOf({
    provider: manifestOf('webex'),
    prefix: 'WEBEX',
    client: webexFakeClient,
    fake: createWebexFake(),
    type: 'video',
    byHand: ['/v1/people/me?callingData=false'],
  });

/** Discord says who connected. */
export const discordScenario = (): Promise<Recording> =>
  recordingOf({
    provider: manifestOf('discord'),
    prefix: 'DISCORD',
    client: discordFakeClient,
    fake: createDiscordFake(),
    type: 'authentication',
    byHand: ['/api/v10/users/@me'],
  });

/** GitHub says who connected, and ends it. */
export const githubScenario = (): Promise<Recording> =>
  recordingOf({
    provider: manifestOf('github'),
    prefix: 'GITHUB',
    client: githubFakeClient,
    fake: createGithubFake(),
    type: 'authentication',
    byHand: ['/user'],
    further: async ({ revocation }, token) => {
      await revocation.revoke(token);
      await expectRefusal('unauthorized', () => revocation.revoke(token));
    },
  });

const recordingOf = async <Own extends Offered>(subject: Subject<Own>): Promise<Recording> => {
  const { provider, fake, byHand, further } = subject;
  const { capabilities, running, token, stop } = await connect(subject);
  const take = takeExchanges(running.exchanges);
  try {
    await capabilities.identity.getAccount(token);
    running.faults.failNext({ status: 429, count: 1, retryAfter: 1 });
    await capabilities.identity.getAccount(token);
    running.faults.failNext({ status: 503, count: 1 });
    await capabilities.identity.getAccount(token);
    const meant = take();
    const send = sender(running.url, token.value);
    for (const path of byHand) await send('GET', path);
    const sentByHand = take();
    await further?.(capabilities, token);
    fake.expireTokens();
    await expectRefusal('unauthorized', () => capabilities.identity.getAccount(token));
    return { provider: provider.id, byAdapters: [...meant, ...take()], byHand: sentByHand };
  } finally {
    await stop();
  }
};

const connect = <Own extends Offered>({ provider, prefix, client, fake, type }: Subject<Own>) =>
  connectToFake(
    {
      ...provider,
      connect: (outbound, baseUrl) => {
        const config = provider.config.parse({
          [`${prefix}_CLIENT_ID`]: client.clientId,
          [`${prefix}_CLIENT_SECRET`]: client.clientSecret,
          [`${prefix}_API_BASE_URL`]: baseUrl,
          [`${prefix}_AUTH_BASE_URL`]: baseUrl,
        });
        return provider.connect({ config, outbound, userAimedOutbound: outbound, now: () => new Date() });
      },
    },
    fake,
    type,
  );
