import { ProviderError, type AccessToken, type CalendarPushCapability, type PushChannel, type WantedPush } from '@patchbay/capabilities';
import { z } from 'zod';
import { noContent, type ProviderHttp } from '../_kit/provider-http.js';
import { graphClientState } from './microsoft.inbound.js';

// Graph lets events be watched for 4,230 minutes at least. https://learn.microsoft.com/graph/change-notifications-overview#subscription-lifetime
const lifeMs = 70 * 3_600_000;

/** @see https://learn.microsoft.com/graph/api/resources/subscription#properties */
const graphSubscription = z.object({ id: z.string().min(1), expirationDateTime: z.iso.datetime({ offset: true }) });

/**
 * Subscriptions of Graph to the events of a calendar. https://learn.microsoft.com/graph/api/subscription-post-subscriptions
 *
 * @param secrets of which the first makes the client state of each subscription
 */
export const outlookCalendarPush = (http: ProviderHttp, secrets: string): CalendarPushCapability => ({
  lifeMs,
  open: (token, wanted) => open({ http, secrets }, token, wanted),
  renew: async (token, channel, expiresAt) => {
    const { expirationDateTime } = await http.call({
      method: 'PATCH',
      operation: 'subscriptions.renew',
      path: '/subscriptions/{subscriptionId}',
      params: { subscriptionId: channel.remoteId },
      token,
      body: { expirationDateTime: expiresAt.toISOString() },
      schema: graphSubscription,
    });
    return { ...channel, expiresAt: new Date(expirationDateTime) };
  },
  close: (token, channel) => close(http, token, channel),
});

interface Parts {
  readonly http: ProviderHttp;
  readonly secrets: string;
}

const open = async ({ http, secrets }: Parts, token: AccessToken, wanted: WantedPush): Promise<PushChannel> => {
  const { calendarId, id, address, expiresAt } = wanted;
  const body = {
    changeType: 'created,updated,deleted',
    notificationUrl: address,
    // Without it nobody is told that a subscription ends early, or that notices were lost.
    lifecycleNotificationUrl: address,
    resource: `me/calendars/${encodeURIComponent(calendarId).replaceAll('%3D', '=')}/events`,
    expirationDateTime: expiresAt.toISOString(),
    clientState: graphClientState(secrets, { provider: 'outlook', id }),
  };
  try {
    const made = await http.call({
      method: 'POST',
      operation: 'subscriptions.create',
      path: '/subscriptions',
      token,
      body,
      schema: graphSubscription,
    });
    return { id, remoteId: made.id, resourceId: null, expiresAt: new Date(made.expirationDateTime) };
  } catch (error) {
    // With the permission of a person Graph tells nothing of calendars that others have shared with them. Now and then it says the same of their own:
    // https://learn.microsoft.com/answers/questions/157891
    if (error instanceof ProviderError && error.code === 'forbidden')
      throw new ProviderError('outlook', 'invalid_request', { reason: 'not_watchable', cause: error });
    throw error;
  }
};

const close = async (http: ProviderHttp, token: AccessToken, { remoteId }: PushChannel): Promise<void> => {
  const params = { subscriptionId: remoteId };
  try {
    await http.call({
      method: 'DELETE',
      operation: 'subscriptions.delete',
      path: '/subscriptions/{subscriptionId}',
      params,
      token,
      schema: noContent,
    });
  } catch (error) {
    if (!(error instanceof ProviderError) || error.code !== 'not_found') throw error;
  }
};
