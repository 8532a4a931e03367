import { ProviderError, type AccessToken, type CalendarPushCapability, type PushChannel, type WantedPush } from '@patchbay/capabilities';
import { z } from 'zod';
import { channelToken } from '../_kit/channel-token.js';
import { noContent } from '../_kit/provider-http.js';
import { googleCalendarSdk, type GoogleCalendarSdk } from './google.calendar-sdk.js';
import type { GoogleApi } from './google.identity.js';

// Google would keep one for a week. A channel can die without a word, so none is relied on for long.
const lifeMs = 48 * 3_600_000;

/** @see https://developers.google.com/workspace/calendar/api/v3/reference/events/watch#response */
const googleChannel = z.object({
  resourceId: z.string().min(1),
  // Milliseconds, as text.
  expiration: z.string().regex(/^\d{1,15}$/),
});

/**
 * Channels of the Calendar API. https://developers.google.com/workspace/calendar/api/guides/push
 *
 * @param secrets of which the first makes the token of each channel
 */
export const googleCalendarPush = (api: GoogleApi, secrets: string): CalendarPushCapability => {
  const sdk = googleCalendarSdk(api);
  return {
    lifeMs,
    open: (token, wanted) => open({ sdk, secrets }, token, wanted),
    // There is no way to prolong one.
    renew: async () => null,
    close: (token, channel) => close(sdk, token, channel),
  };
};

interface Parts {
  readonly sdk: GoogleCalendarSdk;
  readonly secrets: string;
}

const open = async ({ sdk, secrets }: Parts, token: AccessToken, wanted: WantedPush): Promise<PushChannel> => {
  const { calendarId, id, address, expiresAt } = wanted;
  const requestBody = {
    id,
    type: 'web_hook',
    address,
    token: channelToken(secrets, { provider: 'google', id }),
    expiration: String(expiresAt.getTime()),
  };
  try {
    const { resourceId, expiration } = await sdk.call(
      { token, operation: 'calendar.events.watch', path: '/calendar/v3/calendars/{calendarId}/events/watch', schema: googleChannel },
      (calendar, options) => calendar.events.watch({ calendarId, requestBody }, options),
    );
    return { id, remoteId: id, resourceId, expiresAt: new Date(Number(expiration)) };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    if (error.reason === 'pushNotSupportedForRequestedResource')
      throw new ProviderError('google', 'invalid_request', { reason: 'not_watchable', cause: error });
    // Said with 401, although nothing is wrong with the token: another one would change nothing.
    if (error.reason === 'push.webhookUrlUnauthorized') throw new ProviderError('google', 'invalid_request', { reason: error.reason, cause: error });
    // It was opened before and the answer lost: the id is ours alone, so it is there as it was wanted. Without its resource it ends by itself only.
    if (error.reason === 'channelIdNotUnique') return { id, remoteId: id, resourceId: null, expiresAt };
    throw error;
  }
};

const close = async (sdk: GoogleCalendarSdk, token: AccessToken, { id, resourceId }: PushChannel): Promise<void> => {
  if (resourceId === null) return;
  try {
    await sdk.call({ token, operation: 'calendar.channels.stop', path: '/calendar/v3/channels/stop', schema: noContent }, (calendar, options) =>
      calendar.channels.stop({ requestBody: { id, resourceId } }, options),
    );
  } catch (error) {
    if (!(error instanceof ProviderError) || error.code !== 'not_found') throw error;
  }
};
