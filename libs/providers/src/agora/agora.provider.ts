import { defineProvider } from '@patchbay/capabilities';
import { z } from 'zod';
import { agoraInbound } from './agora.inbound.js';

/** Every environment variable of Agora. */
const agoraConfig = z.object({
  AGORA_WEBHOOK_SECRET: z.string().min(1).describe('What Agora signs its notifications with.'),
});

/** Agora: channels for voice and video. So far it is only listened to; nobody connects an account. */
export const agora = defineProvider({
  id: 'agora',
  displayName: 'Agora',
  setupGuide: new URL('https://console.agora.io/'),
  config: agoraConfig,
  credentials: ['AGORA_WEBHOOK_SECRET'],
  // Nothing is asked of it. These only stop a runaway.
  limits: { provider: { limit: 10, perMs: 1_000 }, account: { limit: 10, perMs: 1_000 } },
  types: [],
  capabilities: [],
  connect: () => ({}),
  inboundWebhooks: {
    variables: ['AGORA_WEBHOOK_SECRET'],
    secrets: { headers: ['agora-signature', 'agora-signature-v2'], fields: [] },
    connect: ({ config }) => agoraInbound(config.AGORA_WEBHOOK_SECRET),
  },
});
