import type { Capabilities, Outbound } from '@patchbay/capabilities';
import { identityContract, oauthContract } from '@patchbay/capabilities/testing';
import { connectToFake, fakePerson } from '../_kit/fake-connection.js';
import { googleDriveFakeClient, googleFakeClient, googleSignInFakeClient, youtubeFakeClient } from './google.fake-clients.js';
import { createGoogleFake } from './google.fake.js';
import { googleDrive } from './google_drive.provider.js';
import { googleMeet } from './google_meet.provider.js';
import { googleSignIn } from './google_sign_in.provider.js';
import { youtube } from './youtube.provider.js';

const now = () => new Date();
const context = (outbound: Outbound) => ({ outbound, userAimedOutbound: outbound, now });
const noOutbound: Outbound = {
  fetch: () => {
    throw new Error('no call is expected');
  },
};

const { clientId, clientSecret } = googleFakeClient;
const meetCredentials = { GOOGLE_CALENDAR_CLIENT_ID: clientId, GOOGLE_CALENDAR_CLIENT_SECRET: clientSecret };
const driveCredentials = { GOOGLE_DRIVE_CLIENT_ID: googleDriveFakeClient.clientId, GOOGLE_DRIVE_CLIENT_SECRET: googleDriveFakeClient.clientSecret };
const youtubeCredentials = { YOUTUBE_CLIENT_ID: youtubeFakeClient.clientId, YOUTUBE_CLIENT_SECRET: youtubeFakeClient.clientSecret };
const signInCredentials = {
  GOOGLE_OAUTH_CLIENT_ID: googleSignInFakeClient.clientId,
  GOOGLE_OAUTH_CLIENT_SECRET: googleSignInFakeClient.clientSecret,
};

/** Each provider of the family, at Google's own addresses or at those of a fake, with the address that it tells. */
const family = {
  google_meet: {
    manifest: googleMeet,
    type: 'video',
    email: fakePerson,
    connect: (outbound: Outbound, url?: string) =>
      googleMeet.connect({
        config: googleMeet.config.parse({ ...meetCredentials, GOOGLE_MEET_API_BASE_URL: url, GOOGLE_MEET_AUTH_BASE_URL: url }),
        ...context(outbound),
      }),
  },
  google_drive: {
    manifest: googleDrive,
    type: 'storage',
    email: fakePerson,
    connect: (outbound: Outbound, url?: string) =>
      googleDrive.connect({
        config: googleDrive.config.parse({ ...driveCredentials, GOOGLE_DRIVE_API_BASE_URL: url, GOOGLE_DRIVE_AUTH_BASE_URL: url }),
        ...context(outbound),
      }),
  },
  youtube: {
    manifest: youtube,
    type: 'social',
    email: null,
    connect: (outbound: Outbound, url?: string) =>
      youtube.connect({
        config: youtube.config.parse({ ...youtubeCredentials, YOUTUBE_API_BASE_URL: url, YOUTUBE_AUTH_BASE_URL: url }),
        ...context(outbound),
      }),
  },
  google_sign_in: {
    manifest: googleSignIn,
    type: 'authentication',
    email: fakePerson,
    connect: (outbound: Outbound, url?: string) =>
      googleSignIn.connect({
        config: googleSignIn.config.parse({ ...signInCredentials, GOOGLE_OAUTH_API_BASE_URL: url, GOOGLE_OAUTH_AUTH_BASE_URL: url }),
        ...context(outbound),
      }),
  },
} as const;

type Member = (typeof family)[keyof typeof family];

const connect = async ({ manifest: { id, limits }, type, email, connect: offered }: Member) => {
  const provider = { id, limits, connect: (outbound: Outbound, url: string): Pick<Capabilities, 'oauth' | 'identity'> => offered(outbound, url) };
  const connection = await connectToFake(provider, createGoogleFake(), type);
  return { ...connection, ...connection.capabilities, email };
};

for (const member of Object.values(family)) {
  identityContract(member.manifest.id, () => connect(member));
  oauthContract(member.manifest.id, () => ({ ...member.connect(noOutbound), types: member.manifest.types }));
}

describe('what Google’s providers ask for', () => {
  const oauthOf = (member: Member) => member.connect(noOutbound).oauth;

  it.each<[keyof typeof family, object]>([
    ['google_meet', { video: ['openid', 'https://www.googleapis.com/auth/userinfo.email', 'https://www.googleapis.com/auth/calendar.events'] }],
    ['google_drive', { storage: ['https://www.googleapis.com/auth/drive.readonly'] }],
    ['youtube', { social: ['https://www.googleapis.com/auth/youtube.readonly'] }],
    [
      'google_sign_in',
      { authentication: ['openid', 'https://www.googleapis.com/auth/userinfo.email', 'https://www.googleapis.com/auth/userinfo.profile'] },
    ],
  ])('%s asks for no more than it needs, and says what each scope means', (id, scopes) => {
    const oauth = oauthOf(family[id]);

    expect(oauth.scopes).toEqual(scopes);
    expect(
      Object.values(scopes)
        .flat()
        .map((scope) => oauth.scopeMeanings[String(scope)]),
    ).not.toContain(undefined);
  });

  it('is access while the person is away, with what was granted before but for signing in', () => {
    const offline = { access_type: 'offline', prompt: 'consent' };
    const asked = [family.google_meet, family.google_drive, family.youtube].map((member) => oauthOf(member));

    expect(asked.map(({ authorizationParameters }) => authorizationParameters)).toEqual(
      asked.map(() => ({ ...offline, include_granted_scopes: 'true' })),
    );
    expect(oauthOf(family.google_sign_in)).toMatchObject({ authorizationParameters: offline, keepsEarlierScopes: false });
  });
});

describe('who connected', () => {
  const accountOf = async (member: Member) => {
    const harness = await connect(member);
    try {
      return await harness.identity.getAccount(harness.token);
    } finally {
      await harness.stop();
    }
  };

  it('is named by Drive with an id of its own', async () => {
    const [drive, signIn] = [await accountOf(family.google_drive), await accountOf(family.google_sign_in)];

    expect(drive).toMatchObject({ email: fakePerson, name: 'Olivia Organiser' });
    expect(drive.id).not.toBe(signIn.id);
  });

  it('is a channel at YouTube', async () => {
    expect(await accountOf(family.youtube)).toEqual({ id: expect.stringMatching(/^UC[\w-]{22}$/), email: null, name: 'Olivia Organiser' });
  });

  it('is nobody at YouTube when the account has no channel', async () => {
    const harness = await connect(family.youtube);
    harness.running.fake.closeChannel(fakePerson);

    await expect(harness.identity.getAccount(harness.token)).rejects.toMatchObject({ code: 'not_found', reason: 'channel_missing' });
    await harness.stop();
  });

  it('has a name after signing in, and none where the profile was not asked for', async () => {
    expect((await accountOf(family.google_sign_in)).name).toBe('Olivia Organiser');
    expect((await accountOf(family.google_meet)).name).toBeNull();
  });
});
