import type { FakeClient } from '../_kit/fake.js';

/** The app that is registered at a Google fake for calendars and Meet unless a test says otherwise. */
export const googleFakeClient: FakeClient = {
  clientId: 'sandbox-google-client',
  clientSecret: 'sandbox-google-secret',
  name: 'Patchbay',
};

/** The app that is registered for Google Drive. */
export const googleDriveFakeClient: FakeClient = {
  clientId: 'sandbox-google_drive-client',
  clientSecret: 'sandbox-google_drive-secret',
  name: 'Patchbay',
};

/** The app that is registered for YouTube. */
export const youtubeFakeClient: FakeClient = {
  clientId: 'sandbox-youtube-client',
  clientSecret: 'sandbox-youtube-secret',
  name: 'Patchbay',
};

/** The app that is registered for signing in with Google. */
export const googleSignInFakeClient: FakeClient = {
  clientId: 'sandbox-google_sign_in-client',
  clientSecret: 'sandbox-google_sign_in-secret',
  name: 'Patchbay',
};
