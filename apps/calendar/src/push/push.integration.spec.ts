import { jest } from '@jest/globals';
import { getCalendarAccount, integrationDisconnected, providerPushReceived, updateCalendarAccount, type CalendarAccount } from '@patchbay/contracts';
import { providers } from '@patchbay/providers';
import { startFakeIngress, type FakeIngress } from '@patchbay/providers/testing';
import { waitFor } from '@patchbay/testing';
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { as, openCallers, type CalendarCallers } from '../testing/calendar-callers.js';
import { startCalendarStack, type CalendarStack } from '../testing/calendar-stack.js';

jest.setTimeout(90_000);

const email = 'olivia.organiser@example.com';
const secret = 'a-secret-for-channels';
const google = providers.find(({ id }) => id === 'google');
const soonAt = (minutes: number) => {
  const start = Date.now() + 86_400_000 + minutes * 60_000;
  return { start: { dateTime: new Date(start).toISOString() }, end: { dateTime: new Date(start + 60_000).toISOString() } };
};

describe('push', () => {
  let stack: CalendarStack;
  let callers: CalendarCallers;
  let ingress: FakeIngress;
  const used: { readonly userId: string; readonly connectionId: string }[] = [];

  beforeAll(async () => {
    if (google?.id !== 'google') throw new Error('unreachable: Google is in the registry');
    const context = { config: { GOOGLE_WEBHOOK_SECRET: secret } } as unknown as Parameters<NonNullable<typeof google.inboundWebhooks>['connect']>[0];
    const inbound = google.inboundWebhooks?.connect(context);
    if (inbound === undefined) throw new Error('unreachable: Google sends webhooks');
    // What the gateway and `webhooks` do.
    ingress = await startFakeIngress(inbound, ({ channelId = '', channelNews: news = 'changed' }) =>
      stack.probe.publish(providerPushReceived, { data: { received_id: randomUUID(), provider: 'google', channel_id: channelId, news } }),
    );
    const base = new URL(ingress.address).origin;
    stack = await startCalendarStack(pino({ level: 'silent' }), { GOOGLE_WEBHOOK_SECRET: secret, PUBLIC_BASE_URL: base });
    callers = await openCallers(stack);
  });
  afterAll(async () => {
    await callers.close();
    await stack.stop();
    await ingress.stop();
  });
  afterEach(async () => {
    stack.faults.clear();
    stack.google.channels.mute(email, false);
    stack.tokens.answer = stack.tokens.working;
    for (const { userId, connectionId } of used.splice(0)) {
      const data = { user_id: userId, connection_id: connectionId, provider: 'google', type: 'calendar', reason: 'by_user' } as const;
      await stack.probe.publish(integrationDisconnected, { data });
      await gone(connectionId);
    }
  });

  const put = (summary: string, minutes = 0): string =>
    stack.google.people.putEvent({ email, calendarId: 'primary', event: { summary, ...soonAt(minutes) } });
  const titles = async (accountId: string): Promise<readonly string[]> => {
    const { rows } = await callers.sql.query<{ title: string }>(
      `SELECT busy.title FROM busy_ranges AS busy JOIN calendars ON calendars.id = busy.calendar_id AND calendars.generation = busy.generation
       WHERE account_id = $1 AND is_primary`,
      [accountId],
    );
    return rows.map(({ title }) => title);
  };
  const shown = (accountId: string, title: string): Promise<true> =>
    waitFor(async () => ((await titles(accountId)).includes(title) ? true : undefined), title);
  interface Channel {
    readonly id: string;
    readonly state: string;
    readonly last_error: string | null;
  }
  const channels = async (accountId: string): Promise<readonly Channel[]> =>
    (
      await callers.sql.query<Channel>(
        `SELECT channel.id, channel.state, channel.last_error FROM push_channels AS channel
         WHERE account_id = $1 AND remote_calendar_id = $2 ORDER BY channel.created_at`,
        [accountId, email],
      )
    ).rows;
  const open = (accountId: string, fits: (channel: Channel) => boolean = () => true): Promise<Channel> =>
    waitFor(async () => (await channels(accountId)).find((channel) => channel.state === 'active' && fits(channel)), 'an open channel');
  const gone = (accountId: string): Promise<true> =>
    waitFor(async () => ((await channels(accountId)).length === 0 ? true : undefined), 'no channel to be left');
  /** Everything is read, and nothing is due before the next poll. */
  const quiet = (accountId: string): Promise<true> =>
    waitFor(async () => {
      const { rows } = await callers.sql.query(
        `SELECT 1 FROM calendars LEFT JOIN calendar_notices ON calendar_id = calendars.id
         WHERE account_id = $1 AND is_selected AND (wanted_revision > applied_revision OR lease_token IS NOT NULL OR calendar_id IS NOT NULL)`,
        [accountId],
      );
      return rows.length === 0 ? true : undefined;
    }, 'the readings');
  const connect = async () => {
    const account = await stack.connectAccount();
    used.push(account);
    return account;
  };
  const connected = async () => {
    const account = await connect();
    const channel = await open(account.connectionId);
    await quiet(account.connectionId);
    return { ...account, accountId: account.connectionId, channel };
  };
  const pushOf = async ({ userId, connectionId }: { readonly userId: string; readonly connectionId: string }, id = email) => {
    const account: CalendarAccount = await callers.requests.send(getCalendarAccount, { id: connectionId }, as(userId));
    return account.calendars.find((calendar) => calendar.id === id)?.push;
  };
  const update = (user: string, input: Parameters<typeof callers.requests.send<typeof updateCalendarAccount>>[1]) =>
    callers.requests.send(updateCalendarAccount, input, as(user));
  const readings = async (accountId: string): Promise<number> => {
    const { rows } = await callers.sql.query(
      `SELECT 1 FROM sync_runs JOIN calendars ON calendars.id = calendar_id WHERE calendars.account_id = $1 AND is_primary`,
      [accountId],
    );
    return rows.length;
  };
  const opened = () => stack.ledger.entries({ kind: 'channel.opened' });
  const renew = (id: string) => callers.sql.query(`UPDATE push_channels SET next_attempt_at = now() WHERE id = $1`, [id]);

  it('shows an event as soon as Google says that something has changed', async () => {
    const account = await connected();

    const begun = Date.now();
    put('Lunch');
    await shown(account.accountId, 'Lunch');

    expect(Date.now() - begun).toBeLessThan(15_000);
    expect(await pushOf(account)).toBe('active');
  });

  it('opens one channel for each calendar, however many replicas there are', async () => {
    await stack.start();
    const before = opened().length;
    const accounts = await Promise.all([connected(), connected(), connected()]);

    for (const { accountId } of accounts) expect(await channels(accountId)).toHaveLength(1);
    const mine = opened()
      .slice(before)
      .filter(({ details }) => details['calendar_id'] === email);
    expect(mine).toHaveLength(accounts.length);
  });

  it('reads a burst of changes a few times, and misses none of it', async () => {
    const { accountId } = await connected();
    const before = await readings(accountId);

    for (let count = 0; count < 200; count += 1) put(`Change ${count}`, count);
    await shown(accountId, 'Change 199');
    await stack.google.channels.idle();
    await quiet(accountId);

    const burst = (await titles(accountId)).filter((title) => title.startsWith('Change '));
    expect(new Set(burst).size).toBe(200);
    expect((await readings(accountId)) - before).toBeLessThan(40);
  });

  it('opens another channel before it closes the one that ends, and understands both meanwhile', async () => {
    const { accountId, channel } = await connected();
    const closedBefore = stack.ledger.entries({ kind: 'channel.closed' }).length;

    await renew(channel.id);
    const next = await open(accountId, ({ id }) => id !== channel.id);
    await waitFor(async () => ((await channels(accountId)).length === 1 ? true : undefined), 'the old channel to be closed');

    const entries = stack.ledger.entries().filter(({ id }) => id === channel.id || id === next.id);
    expect(entries.map(({ kind, id }) => [kind, id])).toEqual([
      ['channel.opened', channel.id],
      ['channel.opened', next.id],
      ['channel.closed', channel.id],
    ]);
    expect(stack.ledger.entries({ kind: 'channel.closed' })).toHaveLength(closedBefore + 1);
    put('After the renewal');
    await shown(accountId, 'After the renewal');
  });

  it('keeps the channel that is open as long as no other can be opened', async () => {
    const { accountId, channel } = await connected();
    stack.faults.failNext({ status: 409, count: 500, match: { path: '/watch' } });

    await renew(channel.id);
    const failed = await waitFor(async () => (await channels(accountId)).find(({ state }) => state === 'failed'), 'the failure');

    expect([failed.last_error, (await channels(accountId)).map(({ state }) => state)]).toEqual(['conflict', ['active', 'failed']]);
    put('Meanwhile');
    await shown(accountId, 'Meanwhile');
  });

  it('has one channel when the answer to its opening was lost', async () => {
    stack.faults.dropAfterExecuting(1, { method: 'POST', path: /olivia\.organiser%40example\.com\/events\/watch/ });
    const before = opened().length;

    const { accountId, channel } = await connected();

    const mine = opened()
      .slice(before)
      .filter(({ details }) => details['calendar_id'] === email);
    expect([mine.map(({ id }) => id), (await channels(accountId)).length]).toEqual([[channel.id], 1]);
  });

  it('finds by polling what a lost notice would have told', async () => {
    const { accountId } = await connected();
    stack.google.channels.mute(email, true);

    put('Unheard');
    await callers.sql.query(`UPDATE calendars SET next_attempt_at = now() WHERE account_id = $1 AND is_selected`, [accountId]);

    await shown(accountId, 'Unheard');
  });

  it('has a new channel at the end of one that died, and reads what was missed', async () => {
    const { accountId, channel } = await connected();
    stack.google.channels.drop(email);
    put('Missed');

    await callers.sql.query(`UPDATE push_channels SET expires_at = now(), next_attempt_at = now() WHERE id = $1`, [channel.id]);

    await open(accountId, ({ id }) => id !== channel.id);
    await shown(accountId, 'Missed');
  });

  it('reads, without a notice, what changed before the channel was open', async () => {
    stack.faults.failNext({ status: 409, count: 4, match: { path: '/watch' } });
    const { connectionId } = await connect();
    await waitFor(async () => ((await readings(connectionId)) > 0 ? true : undefined), 'the first reading');
    await quiet(connectionId);
    put('In between');

    await shown(connectionId, 'In between');
    await open(connectionId);
  });

  it('closes the channel of a calendar that is not selected any more, and opens one for a calendar that is', async () => {
    const { userId, accountId } = await connected();
    const isOpen = () => stack.google.channels.openOf(email);
    const before = isOpen();

    await update(userId, { id: accountId, calendars: [{ id: email, is_selected: false }] });
    await gone(accountId);

    expect([isOpen(), await pushOf({ userId, connectionId: accountId })]).toEqual([before - 1, 'off']);
    await update(userId, { id: accountId, calendars: [{ id: email, is_selected: true }] });
    await open(accountId);
    expect(isOpen()).toBe(before);
  });

  it('ends with the reading of an account, and comes back with it', async () => {
    const { userId, accountId } = await connected();

    await update(userId, { id: accountId, sync_enabled: false });
    await gone(accountId);
    await update(userId, { id: accountId, sync_enabled: true });

    expect(await open(accountId)).toMatchObject({ state: 'active' });
  });

  it('ends with the connection, and is opened anew by the next one', async () => {
    const { userId, accountId, channel } = await connected();
    stack.tokens.answer = () => ({ failure: 'connection_needs_reauth' });
    const data = { user_id: userId, connection_id: accountId, provider: 'google', type: 'calendar', reason: 'refused_by_provider' } as const;
    await stack.probe.publish(integrationDisconnected, { data });
    await gone(accountId);
    stack.tokens.answer = stack.tokens.working;

    await stack.connectAccount(userId, accountId);

    expect((await open(accountId)).id).not.toBe(channel.id);
  });

  it('says of holidays that nothing is told of them, and reads them by the clock', async () => {
    const { userId, accountId } = await connected();
    const account: CalendarAccount = await callers.requests.send(getCalendarAccount, { id: accountId }, as(userId));
    const holidays = account.calendars.find(({ name }) => name === 'Holidays')?.id ?? '';

    await update(userId, { id: accountId, calendars: [{ id: holidays, is_selected: true }] });

    const shownState = () => pushOf({ userId, connectionId: accountId }, holidays);
    await waitFor(async () => ((await shownState()) === 'unsupported' ? true : undefined), 'the refusal');
    await quiet(accountId);
    const read: CalendarAccount = await callers.requests.send(getCalendarAccount, { id: accountId }, as(userId));
    expect(read.calendars.find(({ id }) => id === holidays)).toMatchObject({ bookable: true, reason: null });
  });

  it('renews no token for an address that Google refuses, and asks again much later', async () => {
    const rejected: string[] = [];
    stack.tokens.answer = (_connectionId, token) => {
      if (token !== undefined) rejected.push(token);
      return stack.tokens.working();
    };
    stack.google.channels.refuseAddresses(true);
    const { connectionId } = await connect();

    const failed = await waitFor(async () => (await channels(connectionId)).find(({ state }) => state === 'failed'), 'the refusal');
    await quiet(connectionId);
    stack.google.channels.refuseAddresses(false);

    const { rows } = await callers.sql.query(`SELECT 1 FROM push_channels WHERE id = $1 AND next_attempt_at > now() + interval '50 minutes'`, [
      failed.id,
    ]);
    expect([failed.last_error, rows.length, rejected]).toEqual(['invalid_request', 1, []]);
  });

  it('replaces a channel at once when the provider says that it ends', async () => {
    const { accountId, channel } = await connected();

    const data = { received_id: randomUUID(), provider: 'google', channel_id: channel.id, news: 'ending' } as const;
    await stack.probe.publish(providerPushReceived, { data });

    await open(accountId, ({ id }) => id !== channel.id);
    await waitFor(async () => ((await channels(accountId)).length === 1 ? true : undefined), 'the old channel to be closed');
  });

  it('opens the channels of calendars that were there before their provider was set up for it', async () => {
    const { accountId } = await connected();
    await callers.sql.query(`DELETE FROM push_channels WHERE account_id = $1`, [accountId]);

    await stack.start();

    expect(await open(accountId)).toMatchObject({ state: 'active' });
  });

  it('opens another channel when the provider has ended one, and reads at once', async () => {
    const { accountId, channel } = await connected();
    const before = await readings(accountId);

    const data = { received_id: randomUUID(), provider: 'google', channel_id: channel.id, news: 'ended' } as const;
    await stack.probe.publish(providerPushReceived, { data });

    await open(accountId, ({ id }) => id !== channel.id);
    await waitFor(async () => ((await readings(accountId)) > before ? true : undefined), 'a reading');
  });

  it('shows what others change while a page of one calendar is being stored, and reads that one again afterwards', async () => {
    const [busy, other] = [await connected(), await connected()];
    const before = await readings(busy.accountId);
    const storing = await callers.sql.connect();
    await storing.query('BEGIN');
    await storing.query(`SELECT 1 FROM calendars WHERE account_id = $1 FOR NO KEY UPDATE`, [busy.accountId]);

    for (const news of ['changed', 'ended'] as const)
      for (let count = 0; count < 10; count += 1) {
        const data = { received_id: randomUUID(), provider: 'google', channel_id: busy.channel.id, news };
        await stack.probe.publish(providerPushReceived, { data });
      }
    put('Of the other');
    const isShown = await shown(other.accountId, 'Of the other').finally(async () => {
      await storing.query('ROLLBACK');
      storing.release();
    });

    expect(isShown).toBe(true);
    await waitFor(async () => ((await readings(busy.accountId)) > before ? true : undefined), 'the reading');
    await open(busy.accountId, ({ id }) => id !== busy.channel.id);
  });

  it('passes over notices of channels that are not known, or are of another provider', async () => {
    const { accountId, channel } = await connected();
    const before = await readings(accountId);
    const say = (provider: string, id: string) =>
      stack.probe.publish(providerPushReceived, { data: { received_id: randomUUID(), provider, channel_id: id, news: 'changed' } });

    await say('google', randomUUID());
    await say('google', 'no uuid');
    await say('outlook', channel.id);
    put('A real one');
    await shown(accountId, 'A real one');
    await quiet(accountId);

    // The first is of the change, and one more may have been asked for while it was read.
    expect((await readings(accountId)) - before).toBeLessThanOrEqual(2);
  });
});
