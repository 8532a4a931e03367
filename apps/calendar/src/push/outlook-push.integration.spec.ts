import { jest } from '@jest/globals';
import { getCalendarAccount, type CalendarAccount } from '@patchbay/contracts';
import { providers } from '@patchbay/providers';
import { startFakeIngress, type FakeIngress } from '@patchbay/providers/testing';
import { waitFor } from '@patchbay/testing';
import { as, openCallers, type CalendarCallers } from '../testing/calendar-callers.js';
import type { CalendarStack } from '../testing/calendar-stack.js';
import { startWithOutlook, type Microsoft } from '../testing/outlook-person.js';

jest.setTimeout(60_000);

const secret = 'a-secret-for-subscriptions';
const outlook = providers.find(({ id }) => id === 'outlook');
const hourMs = 3_600_000;

describe('push of Outlook', () => {
  let microsoft: Microsoft;
  let stack: CalendarStack;
  let callers: CalendarCallers;
  let ingress: FakeIngress;

  beforeAll(async () => {
    if (outlook?.id !== 'outlook') throw new Error('unreachable: Outlook is in the registry');
    const context = { config: { OUTLOOK_WEBHOOK_SECRET: secret } } as unknown as Parameters<
      NonNullable<typeof outlook.inboundWebhooks>['connect']
    >[0];
    const inbound = outlook.inboundWebhooks?.connect(context);
    if (inbound === undefined) throw new Error('unreachable: Outlook sends webhooks');
    ingress = await startFakeIngress(inbound);
    ({ microsoft, stack } = await startWithOutlook({ OUTLOOK_WEBHOOK_SECRET: secret, PUBLIC_BASE_URL: new URL(ingress.address).origin }));
    callers = await openCallers(stack);
  });
  afterAll(async () => {
    await callers.close();
    await stack.stop();
    await microsoft.stop();
    await ingress.stop();
  });

  it('is asked for again the next day when Graph said of a calendar that it tells nothing of it', async () => {
    microsoft.running.faults.failNext({ status: 403, count: 100, match: { method: 'POST', path: '/subscriptions' } });
    const { userId, connectionId } = await stack.connectAccount(undefined, undefined, 'outlook');
    const pushIs = (state: string) =>
      waitFor(async () => {
        const account = await callers.requests.send(getCalendarAccount, { id: connectionId }, as(userId)).catch(() => undefined);
        const calendar: CalendarAccount['calendars'][number] | undefined = account?.calendars.find(({ is_primary: isPrimary }) => isPrimary);
        return calendar?.push === state ? true : undefined;
      }, state);

    await pushIs('unsupported');
    const { rows } = await callers.sql.query<{ next_attempt_at: Date | null }>(
      `SELECT channel.next_attempt_at FROM push_channels AS channel JOIN calendars ON calendars.id = channel.calendar_id
       WHERE channel.account_id = $1 AND is_primary AND state = 'unwatchable'`,
      [connectionId],
    );
    microsoft.running.faults.clear();
    await callers.sql.query(`UPDATE push_channels SET next_attempt_at = now() WHERE account_id = $1`, [connectionId]);

    expect(rows).toHaveLength(1);
    const pauseMs = (rows[0]?.next_attempt_at?.getTime() ?? 0) - Date.now();
    expect(pauseMs / hourMs).toBeGreaterThan(17);
    expect(pauseMs / hourMs).toBeLessThanOrEqual(30);
    expect(await pushIs('active')).toBe(true);
  });
});
