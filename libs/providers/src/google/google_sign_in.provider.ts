import { defineProvider } from '@patchbay/capabilities';
import { z } from 'zod';
import { googleIdentity } from './google.identity.js';
import { googleSignInOAuth } from './google.oauth.js';
import { googleScopes } from './google.scopes.js';
import { googleBaseUrlFallbacks, googleBaseUrls, publicApiHost } from './google.variables.js';

/** Every environment variable of signing in with Google. */
const googleSignInConfig = z.object({
  GOOGLE_OAUTH_CLIENT_ID: z.string().min(1).describe('OAuth client id for signing in with Google.'),
  GOOGLE_OAUTH_CLIENT_SECRET: z.string().min(1).describe('OAuth client secret that belongs to it.'),
  ...googleBaseUrls('GOOGLE_OAUTH'),
});

/** Signing in with Google. */
export const googleSignIn = defineProvider({
  id: 'google_sign_in',
  displayName: 'Google sign-in',
  setupGuide: new URL('https://console.cloud.google.com/apis/credentials'),
  config: googleSignInConfig,
  credentials: ['GOOGLE_OAUTH_CLIENT_ID', 'GOOGLE_OAUTH_CLIENT_SECRET'],
  variableFallbacks: googleBaseUrlFallbacks('GOOGLE_OAUTH'),
  // Google names no number for the few calls that a sign-in needs; these only stop a runaway.
  limits: { provider: { limit: 10_000, perMs: 60_000 }, account: { limit: 600, perMs: 60_000 } },
  types: ['authentication'],
  capabilities: ['oauth', 'identity'],
  connect: ({ config, outbound, now }) => ({
    oauth: googleSignInOAuth({
      clientId: config.GOOGLE_OAUTH_CLIENT_ID,
      clientSecret: config.GOOGLE_OAUTH_CLIENT_SECRET,
      scopes: { authentication: [googleScopes.openid, googleScopes.email, googleScopes.profile] },
      authBaseUrl: config.GOOGLE_OAUTH_AUTH_BASE_URL,
      tokenBaseUrl: config.GOOGLE_OAUTH_TOKEN_BASE_URL,
    }),
    identity: googleIdentity({ provider: 'google_sign_in', baseUrl: config.GOOGLE_OAUTH_API_BASE_URL ?? publicApiHost, outbound, now }),
  }),
});
