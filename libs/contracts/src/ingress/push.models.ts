/**
 * What a provider says on a channel that we opened: something that it watches has changed (or may have: notices were lost), the channel ends unless it is
 * prolonged now, or it has ended.
 */
export const channelNews = ['changed', 'ending', 'ended'] as const;
/** One of {@link channelNews}. */
export type ChannelNews = (typeof channelNews)[number];
