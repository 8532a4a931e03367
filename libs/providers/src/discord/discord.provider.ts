import { defineProvider } from '@patchbay/capabilities';
import { z } from 'zod';
import { oauthVariables } from '../_kit/oauth-variables.js';
import { discordHttp } from './discord.http.js';
import { discordIdentity } from './discord.identity.js';
import { discordInbound } from './discord.inbound.js';
import { discordOAuth } from './discord.oauth.js';

/** Every environment variable of Discord. */
const discordConfig = oauthVariables('DISCORD', {
  name: 'Discord',
  apiBaseUrl: 'https://discord.com',
  authBaseUrl: 'https://discord.com',
}).extend({
  DISCORD_PUBLIC_KEY: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, 'must be the public key of the application: 64 hexadecimal digits')
    .optional()
    .describe('Public key of the Discord application: interactions and webhook events are verified with it.'),
});

/** Discord: accounts to sign in with. */
export const discord = defineProvider({
  id: 'discord',
  displayName: 'Discord',
  setupGuide: new URL('https://discord.com/developers/applications'),
  config: discordConfig,
  credentials: ['DISCORD_CLIENT_ID', 'DISCORD_CLIENT_SECRET'],
  // Fifty a second for everything together; limits of single calls are told in answers only. https://discord.com/developers/docs/topics/rate-limits
  limits: { provider: { limit: 50, perMs: 1_000 }, account: { limit: 5, perMs: 1_000 } },
  types: ['authentication'],
  capabilities: ['oauth', 'identity'],
  connect: ({ config, outbound, now }) => ({
    oauth: discordOAuth(config),
    identity: discordIdentity(discordHttp({ baseUrl: config.DISCORD_API_BASE_URL, outbound, now })),
  }),
  inboundWebhooks: {
    variables: ['DISCORD_PUBLIC_KEY'],
    secrets: { headers: ['x-signature-ed25519'], fields: [] },
    connect: ({ config }) => discordInbound(config.DISCORD_PUBLIC_KEY),
  },
});
