import type { ProviderAccount } from '@patchbay/capabilities';
import { z } from 'zod';

/** An account without a channel has no `items` at all. @see https://developers.google.com/youtube/v3/docs/channels/list */
export const youtubeChannels = z.object({
  items: z.array(z.object({ id: z.string().min(1), snippet: z.object({ title: z.string() }).optional() })).default([]),
});

/** YouTube never tells addresses. Null when there is no channel. */
export const toProviderAccount = ({ items: [channel] }: z.output<typeof youtubeChannels>): ProviderAccount | null =>
  channel === undefined ? null : { id: channel.id, email: null, name: channel.snippet?.title ?? null };
