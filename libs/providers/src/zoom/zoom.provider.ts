import { defineProvider } from '@patchbay/capabilities';
import { z } from 'zod';
import { zoomHttp } from './zoom.http.js';
import { zoomIdentity } from './zoom.identity.js';
import { zoomInbound } from './zoom.inbound.js';
import { zoomOAuth } from './zoom.oauth.js';
import { zoomVideo } from './zoom.video.js';

/** Every environment variable of Zoom. */
const zoomConfig = z.object({
  ZOOM_CLIENT_ID: z.string().min(1).describe('Client id of the Zoom app.'),
  ZOOM_CLIENT_SECRET: z.string().min(1).describe('Client secret that belongs to it.'),
  ZOOM_REDIRECT_URI: z.url().optional().describe('Redirect URI registered with the app; added to the allow list.'),
  ZOOM_SCOPES: z
    .string()
    .min(1)
    .optional()
    .describe('Scopes to ask for, separated by spaces, instead of the classic ones. Apps made since 2024 have granular scopes: see the setup guide.'),
  ZOOM_API_BASE_URL: z.url().default('https://api.zoom.us').describe("Where Zoom's API is; a sandbox or a proxy can stand in."),
  ZOOM_AUTH_BASE_URL: z.url().default('https://zoom.us').describe("Where Zoom's consent page and token endpoint are."),
  ZOOM_WEBHOOK_SECRET_TOKEN: z.string().min(1).optional().describe('Secret token of the app, which signs its webhooks.'),
});

/** Zoom: meetings. */
export const zoom = defineProvider({
  id: 'zoom',
  displayName: 'Zoom',
  setupGuide: new URL('https://marketplace.zoom.us/develop/create'),
  config: zoomConfig,
  credentials: ['ZOOM_CLIENT_ID', 'ZOOM_CLIENT_SECRET'],
  // Zoom counts per Zoom account: 20 medium calls a second on the smallest paid plan. For us as a whole it names no number; this one only stops a runaway.
  // https://developers.zoom.us/docs/api/rate-limits/
  limits: { provider: { limit: 500, perMs: 1_000 }, account: { limit: 20, perMs: 1_000 } },
  types: ['video'],
  capabilities: ['oauth', 'identity', 'video'],
  connect: ({ config, outbound, now }) => {
    const http = zoomHttp({ baseUrl: config.ZOOM_API_BASE_URL, outbound, now });
    return { oauth: zoomOAuth(config), identity: zoomIdentity(http), video: zoomVideo(http) };
  },
  inboundWebhooks: {
    variables: ['ZOOM_WEBHOOK_SECRET_TOKEN'],
    secrets: { headers: ['x-zm-signature'], fields: [] },
    connect: ({ config }) => zoomInbound(config.ZOOM_WEBHOOK_SECRET_TOKEN),
  },
});
