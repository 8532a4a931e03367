import type { AccessToken, CalendarPushCapability, InboundWebhooksCapability } from '@patchbay/capabilities';
import { startFakeIngress } from '@patchbay/providers/testing';
import { randomUUID } from 'node:crypto';
import { expectRefusal } from './scenario.js';

/** What the tokens of channels are made with in scenarios. */
export const channelSecret = 'a-secret-for-channels';

/** Whose calendars are watched, and by what. */
export interface Watching {
  readonly push: CalendarPushCapability | undefined;
  readonly inbound: InboundWebhooksCapability | undefined;
  readonly token: AccessToken;
  readonly calendarId: string;
  readonly unwatchableId: string;
}

/** Opens channels, prolongs and closes them, and meets what the provider refuses. */
export const watchCalendars = async ({ push, inbound, token, calendarId, unwatchableId }: Watching): Promise<void> => {
  if (push === undefined || inbound === undefined) throw new Error('The provider was not asked to call back.');
  const { address, stop } = await startFakeIngress(inbound);
  try {
    const expiresAt = new Date(Date.now() + push.lifeMs);
    const wanted = { calendarId, id: randomUUID(), address, expiresAt };
    const channel = await push.open(token, wanted);
    await push.renew(token, channel, expiresAt);
    await push.open(token, wanted);
    await push.close(token, channel);
    await push.close(token, channel);
    await expectRefusal('invalid_request', () => push.open(token, { ...wanted, id: randomUUID(), calendarId: unwatchableId }));
    await expectRefusal('not_found', () => push.open(token, { ...wanted, id: randomUUID(), calendarId: 'AAMk-no-such-calendar' }));
    await expectRefusal('invalid_request', () => push.open(token, { ...wanted, id: randomUUID(), address: 'http://plain.example.com/' }));
  } finally {
    await stop();
  }
};
