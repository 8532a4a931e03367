import type { Capabilities, Outbound } from '@patchbay/capabilities';
import {
  connectToFake,
  createGoogleFake,
  fakePerson,
  googleDriveFakeClient,
  googleFakeClient,
  googleSignInFakeClient,
  youtubeFakeClient,
} from '@patchbay/providers/testing';
import { manifestOf } from './manifest.js';
import { expectRefusal, sender, takeExchanges, type Recording } from './scenario.js';

const meet = manifestOf('google_meet');
const drive = manifestOf('google_drive');
const youtube = manifestOf('youtube');
const signIn = manifestOf('google_sign_in');

const context = (outbound: Outbound) => ({ outbound, userAimedOutbound: outbound, now: () => new Date() });

const connectMeet = (outbound: Outbound, url: string) => {
  const { clientId, clientSecret } = googleFakeClient;
  const credentials = { GOOGLE_CALENDAR_CLIENT_ID: clientId, GOOGLE_CALENDAR_CLIENT_SECRET: clientSecret };
  const config = meet.config.parse({ ...credentials, GOOGLE_MEET_API_BASE_URL: url, GOOGLE_MEET_AUTH_BASE_URL: url });
  return meet.connect({ config, ...context(outbound) });
};

const connectDrive = (outbound: Outbound, url: string) => {
  const { clientId, clientSecret } = googleDriveFakeClient;
  const credentials = { GOOGLE_DRIVE_CLIENT_ID: clientId, GOOGLE_DRIVE_CLIENT_SECRET: clientSecret };
  const config = drive.config.parse({ ...credentials, GOOGLE_DRIVE_API_BASE_URL: url, GOOGLE_DRIVE_AUTH_BASE_URL: url });
  return drive.connect({ config, ...context(outbound) });
};

const connectYoutube = (outbound: Outbound, url: string) => {
  const { clientId, clientSecret } = youtubeFakeClient;
  const credentials = { YOUTUBE_CLIENT_ID: clientId, YOUTUBE_CLIENT_SECRET: clientSecret };
  const config = youtube.config.parse({ ...credentials, YOUTUBE_API_BASE_URL: url, YOUTUBE_AUTH_BASE_URL: url });
  return youtube.connect({ config, ...context(outbound) });
};

const connectSignIn = (outbound: Outbound, url: string) => {
  const { clientId, clientSecret } = googleSignInFakeClient;
  const credentials = { GOOGLE_OAUTH_CLIENT_ID: clientId, GOOGLE_OAUTH_CLIENT_SECRET: clientSecret };
  const config = signIn.config.parse({ ...credentials, GOOGLE_OAUTH_API_BASE_URL: url, GOOGLE_OAUTH_AUTH_BASE_URL: url });
  return signIn.connect({ config, ...context(outbound) });
};

interface Member {
  readonly manifest: Pick<typeof meet, 'limits'> & { readonly id: string };
  readonly type: 'video' | 'storage' | 'social' | 'authentication';
  readonly connect: (outbound: Outbound, url: string) => Pick<Capabilities, 'oauth' | 'identity'>;
  /** Asked by hand. */
  readonly paths: readonly string[];
}

const members: readonly Member[] = [
  { manifest: meet, type: 'video', connect: connectMeet, paths: ['/oauth2/v2/userinfo'] },
  { manifest: drive, type: 'storage', connect: connectDrive, paths: ['/drive/v3/about?fields=*', '/drive/v3/about'] },
  {
    manifest: youtube,
    type: 'social',
    connect: connectYoutube,
    paths: ['/youtube/v3/channels?part=id&mine=true', '/youtube/v3/channels?mine=true', '/youtube/v3/channels?part=snippet'],
  },
  { manifest: signIn, type: 'authentication', connect: connectSignIn, paths: ['/oauth2/v2/userinfo'] },
];

/** Who connected, as every other provider of Google's asks it, and what the fake answers beyond that. */
export const googleFamilyScenario = async (): Promise<Recording> => {
  const recordings: Recording[] = [];
  for (const member of members) recordings.push(await record(member));
  const all = (source: 'byAdapters' | 'byHand') => recordings.flatMap((recording) => recording[source]);
  return { provider: 'google', byAdapters: all('byAdapters'), byHand: all('byHand') };
};

const record = async ({ manifest, type, connect, paths }: Member): Promise<Recording> => {
  const connection = await connectToFake({ id: manifest.id, limits: manifest.limits, connect }, createGoogleFake(), type);
  const { capabilities, token, running } = connection;
  const take = takeExchanges(running.exchanges);
  const ask = () => capabilities.identity.getAccount(token);
  try {
    await ask();
    const meant = take();
    const send = sender(running.url, token.value);
    for (const path of paths) await send('GET', path);
    const byHand = take();
    running.faults.failNext({ status: 429, count: 1, retryAfter: 1 });
    await ask();
    if (type === 'social') {
      running.fake.closeChannel(fakePerson);
      await expectRefusal('not_found', ask);
    }
    running.fake.expireTokens();
    await expectRefusal('unauthorized', ask);
    return { provider: manifest.id, byAdapters: [...meant, ...take()], byHand };
  } finally {
    await connection.stop();
  }
};
