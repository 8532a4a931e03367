import { z } from 'zod';
import { defineEvent } from '../definitions/define-event.js';
import { channelNews } from './push.models.js';

/** Nobody's: whose channel it is is for the service to find out that opened it. */
const nobody = '00000000-0000-0000-0000-000000000000';

/** A provider called on a channel that one of our services opened. Notices come late, twice, and out of order; those of old channels come, too. */
export const providerPushReceived = defineEvent({
  type: 'provider_push_received',
  version: 1,
  audience: 'internal',
  producer: 'webhooks',
  consumers: ['calendar'],
  summary: 'A provider called on a channel that a service opened, because something that it watches has changed. Says not what.',
  data: z.object({
    received_id: z.uuid(),
    provider: z.string(),
    /** The id that the service gave the channel. */
    channel_id: z.string(),
    news: z.enum(channelNews),
  }),
  owner: () => nobody,
  examples: [
    {
      received_id: '0198f2a4-0000-7000-8000-0000000000f1',
      provider: 'google',
      channel_id: '0198f2a4-0000-7000-8000-0000000000c4',
      news: 'changed',
    },
  ],
});
