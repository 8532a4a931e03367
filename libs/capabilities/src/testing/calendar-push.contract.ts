import { randomUUID } from 'node:crypto';
import type { AccessToken } from '../access-token.js';
import type { CalendarPushCapability, PushChannel } from '../calendar-push.js';
import type { InboundNotice } from '../inbound-webhooks.js';
import { ProviderError } from '../provider-error.js';
import { failureOf, failurePromises, type ProviderSituations } from './situations.js';

/** A calendar account at a running fake, and an address of ours that it can call. */
export interface CalendarPushHarness {
  readonly push: CalendarPushCapability;
  readonly token: AccessToken;
  readonly calendarId: string;
  /** A calendar of the account that the provider tells nothing of. */
  readonly unwatchableId: string;
  readonly situations: ProviderSituations;
  /** What is called there is read by the provider's own `inboundWebhooks`. */
  readonly address: string;
  /** Somebody puts something into `calendarId` by hand. */
  change(): void;
  /** Waits until so many notices came, and answers all that did. What could not be verified is not among them. */
  notices(count: number): Promise<readonly InboundNotice[]>;
  /** Waits until the provider has said all that it has to say, and answers how many notices came by then. */
  settled(): Promise<number>;
  /** All channels die, and nobody is told. */
  dropChannels(): void;
  stop(): Promise<void>;
}

/** The promises in {@link CalendarPushCapability}, checked against any provider that makes them. */
export const calendarPushContract = (provider: string, start: () => Promise<CalendarPushHarness>): void => {
  describe(`${provider}: calendar push`, () => {
    let harness: CalendarPushHarness;
    beforeEach(async () => (harness = await start()));
    afterEach(() => harness.stop());
    const wish = (id: string = randomUUID(), calendarId = harness.calendarId) => ({
      calendarId,
      id,
      address: harness.address,
      expiresAt: inMs(harness.push.lifeMs),
    });
    const open = (id?: string): Promise<PushChannel> => harness.push.open(harness.token, wish(id));

    it('opens a channel under our id that ends in time', async () => {
      const wanted = wish();

      const channel = await harness.push.open(harness.token, wanted);

      expect(channel.id).toBe(wanted.id);
      expect(channel.expiresAt.getTime()).toBeLessThanOrEqual(wanted.expiresAt.getTime() + 1_000);
      expect(channel.expiresAt.getTime()).toBeGreaterThan(Date.now() + harness.push.lifeMs / 2);
    });

    it('is called on the channel when something changes', async () => {
      const { id } = await open();

      harness.change();
      const [notice] = await harness.notices(1);

      expect([notice?.channelId, notice?.channelNews ?? 'changed']).toEqual([id, 'changed']);
    });

    it('is called for each change, and each notice is one of a kind', async () => {
      await open();

      for (let count = 0; count < 3; count += 1) harness.change();
      const notices = await harness.notices(3);

      expect(new Set(notices.map(({ key }) => key)).size).toBe(notices.length);
    });

    it('is called no more on a channel that was closed, and closing it once more is success', async () => {
      const channel = await open();
      await harness.push.close(harness.token, channel);
      harness.change();

      expect(await harness.settled()).toBe(0);
      await expect(harness.push.close(harness.token, channel)).resolves.toBeUndefined();
    });

    it('has one channel or two of one id when it was asked for twice, and is called', async () => {
      const wanted = wish();
      await harness.push.open(harness.token, wanted);

      const again = await harness.push.open(harness.token, wanted);
      harness.change();
      const notices = await harness.notices(1);

      expect([again.id, new Set(notices.map(({ channelId }) => channelId))]).toEqual([wanted.id, new Set([wanted.id])]);
    });

    it('has a channel although the answer was lost', async () => {
      const wanted = wish();
      harness.situations.dropAfterExecuting(1);

      const channel = await harness.push.open(harness.token, wanted).catch(() => harness.push.open(harness.token, wanted));
      harness.change();

      expect((await harness.notices(1))[0]?.channelId).toBe(channel.id);
    });

    it('prolongs a channel, or has no such thing', async () => {
      const channel = await open();
      const longer = inMs(harness.push.lifeMs);

      const renewed = await harness.push.renew(harness.token, channel, longer);

      expect(renewed === null || renewed.id === channel.id).toBe(true);
      expect(renewed === null || renewed.expiresAt.getTime() <= longer.getTime() + 1_000).toBe(true);
      harness.change();
      expect((await harness.notices(1))[0]?.channelId).toBe(channel.id);
    });

    it('says so when there is nothing left to prolong', async () => {
      const channel = await open();
      harness.dropChannels();

      const renewed = await harness.push.renew(harness.token, channel, inMs(harness.push.lifeMs)).catch((error: unknown) => error);

      expect([null, 'not_found']).toContain(renewed instanceof ProviderError ? renewed.code : renewed);
    });

    it('says of a calendar that cannot be watched that it cannot', async () => {
      const failure = await failureOf(harness.push.open(harness.token, wish(randomUUID(), harness.unwatchableId)));

      expect(failure).toMatchObject({ code: 'invalid_request', reason: 'not_watchable' });
    });

    it('finds no calendar that does not exist', async () => {
      expect(await failureOf(harness.push.open(harness.token, wish(randomUUID(), 'AAMk-no-such-calendar')))).toMatchObject({ code: 'not_found' });
    });

    const begin = async (call: () => Promise<unknown>) => ({ situations: harness.situations, token: harness.token, call });
    failurePromises({ name: 'opening', begin: () => begin(() => open()) });
    failurePromises({
      name: 'closing',
      begin: async () => {
        const channel = await open();
        return begin(() => harness.push.close(harness.token, channel));
      },
    });
  });
};

const inMs = (ms: number): Date => new Date(Date.now() + ms);
