import { googleUserInfo, toProviderAccount } from './google.identity.mapping.js';
import { driveAbout, toProviderAccount as toDriveAccount } from './google_drive.identity.mapping.js';
import { toProviderAccount as toChannelAccount, youtubeChannels } from './youtube.identity.mapping.js';

// Shapes after the reference pages that the mappings link to.
describe('accounts of Google', () => {
  it('are read from user info, with or without a profile', () => {
    expect(toProviderAccount(googleUserInfo.parse({ id: '1', email: 'a@example.com' }))).toEqual({ id: '1', email: 'a@example.com', name: null });
    expect(googleUserInfo.safeParse({ email: 'a@example.com' }).success).toBe(false);
  });

  it('are read from Drive, also when the address is hidden', () => {
    const user = { kind: 'drive#user', permissionId: '42', displayName: 'Olivia' };

    expect(toDriveAccount(driveAbout.parse({ user }))).toEqual({ id: '42', email: null, name: 'Olivia' });
    expect(driveAbout.safeParse({}).success).toBe(false);
  });

  it('are channels at YouTube, and missing where there is none', () => {
    const channels = { kind: 'youtube#channelListResponse', items: [{ id: 'UC1', snippet: { title: 'Olivia’s' } }] };

    expect(toChannelAccount(youtubeChannels.parse(channels))).toEqual({ id: 'UC1', email: null, name: 'Olivia’s' });
    expect(toChannelAccount(youtubeChannels.parse({ kind: 'youtube#channelListResponse' }))).toBeNull();
  });
});
