import { jest } from '@jest/globals';
import { createCalendarEvent, getCalendarAccount, listCalendarEvents, updateCalendarAccount, type InputOf } from '@patchbay/contracts';
import { waitFor } from '@patchbay/testing';
import { as } from '../testing/calendar-callers.js';
import { useOutlook } from '../testing/outlook-person.js';

jest.setTimeout(60_000);

/** A winter's day to come. */
const day = `${new Date().getUTCFullYear() + 1}-01-20`;
const newYork = 'America/New_York';

describe('what is written without a zone', () => {
  const outlook = useOutlook();

  /** Somebody's account, and a calendar of it that says no zone. */
  const connect = async (provider: 'google' | 'outlook') => {
    outlook.stack.tokens.answer = provider === 'google' ? outlook.stack.tokens.working : () => ({ token: outlook.microsoft.token.value });
    const { userId, connectionId: id } = await outlook.stack.connectAccount(undefined, undefined, provider);
    const user = as(userId);
    const known = async () => {
      const account = await outlook.requests.send(getCalendarAccount, { id }, user).catch(() => undefined);
      return account?.calendars.find(({ is_primary: isPrimary, is_writable: isWritable }) => isWritable && isPrimary === (provider === 'outlook'));
    };
    const { id: calendarId } = await waitFor(known, 'the calendars');
    const settle = (time_zone: string | null) => outlook.requests.send(updateCalendarAccount, { id, time_zone }, user);
    const create = (draft: Partial<InputOf<typeof createCalendarEvent>> = {}) => {
      const times = { start_time: `${day}T10:00:00`, end_time: `${day}T11:00:00` };
      const input = createCalendarEvent.input.parse({ id, calendar_id: calendarId, title: 'Consultation', ...times, ...draft });
      return outlook.requests.send(createCalendarEvent, input, user);
    };
    const titles = async () => {
      const month = { from: `${day}T00:00:00Z`, to: new Date(Date.parse(day) + 30 * 86_400_000).toISOString() };
      const { items } = await outlook.requests.send(listCalendarEvents, { id, calendar_id: calendarId, limit: 50, ...month }, user);
      return items.map(({ title }) => title);
    };
    return { id, calendarId, settle, create, titles };
  };

  it('is meant where busy times have it: in the zone of the account’s primary calendar where the calendar itself says none', async () => {
    const { id, calendarId, settle, create } = await connect('google');
    await outlook.sql.query(`UPDATE calendars SET time_zone = CASE WHEN is_primary THEN $2 END WHERE account_id = $1`, [id, newYork]);
    await settle('Asia/Tokyo');
    const [known] = (await outlook.sql.query(`SELECT zone FROM calendars WHERE account_id = $1 AND remote_id = $2`, [id, calendarId])).rows;

    expect(known).toEqual({ zone: newYork });
    expect(await create({ recurrence: `FREQ=DAILY;UNTIL=${day.replaceAll('-', '')}` })).toMatchObject({
      start_time: `${day}T10:00:00-05:00`,
      time_zone: newYork,
      // The end of the day there, in UTC.
      recurrence: [expect.stringMatching(/UNTIL=\d{6}21T045959Z/)],
    });
  });

  it('is meant on the clock of the mailbox in Outlook, unless somebody says a zone', async () => {
    const { settle, create } = await connect('outlook');

    expect(await create()).toMatchObject({ start_time: `${day}T10:00:00+01:00`, time_zone: 'Europe/Berlin' });
    expect(await create({ start_time: `${day}T10:00:00Z`, end_time: `${day}T11:00:00Z` })).toMatchObject({ start_time: `${day}T10:00:00Z` });
    await settle(newYork);
    expect(await create()).toMatchObject({ start_time: `${day}T10:00:00-05:00`, time_zone: newYork });
  });

  it('is refused where nobody knows the clock of the mailbox, until somebody says a zone', async () => {
    const { settle, create, titles } = await connect('outlook');
    outlook.microsoft.running.fake.setTeams(false);
    const before = await titles();

    await expect(create({ title: 'Guessed' })).rejects.toMatchObject({ code: 'calendar_event_refused', details: { time_zone: expect.any(String) } });
    expect(await titles()).toEqual(before);
    await settle('UTC');
    expect(await create({ title: 'Said' })).toMatchObject({ start_time: `${day}T10:00:00Z` });
  });
});
