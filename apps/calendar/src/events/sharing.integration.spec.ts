import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { getCalendarAccount, listCalendarShares, revokeCalendarShare, shareCalendar } from '@patchbay/contracts';
import { waitFor } from '@patchbay/testing';
import { as, openCallers, type CalendarCallers } from '../testing/calendar-callers.js';
import { startCalendarStack, type CalendarStack } from '../testing/calendar-stack.js';

jest.setTimeout(60_000);

describe('sharing calendars', () => {
  let stack: CalendarStack;
  let requests: CalendarCallers['requests'];
  let close: CalendarCallers['close'];
  let user: ReturnType<typeof as>;
  let place: { readonly id: string; readonly calendar_id: string };

  beforeAll(async () => {
    stack = await startCalendarStack();
    ({ requests, close } = await openCallers(stack));
    const { userId, connectionId: id } = await stack.connectAccount();
    user = as(userId);
    place = { id, calendar_id: 'primary' };
    const account = () => requests.send(getCalendarAccount, { id }, user).catch(() => undefined);
    await waitFor(async () => ((await account())?.calendars.length ?? 0) > 1 || undefined, 'the calendars');
  });
  afterAll(async () => {
    await close();
    await stack.stop();
  });
  afterEach(() => stack.faults.clear());
  const list = async () => (await requests.send(listCalendarShares, place, user)).items;

  it('shows who may use a calendar, lets somebody use it, and no longer', async () => {
    const before = await list();
    expect(before).toEqual([expect.objectContaining({ role: 'owner', is_removable: false })]);

    const shared = await requests.send(shareCalendar, { ...place, email: 'colleague@example.com', role: 'reader' }, user);
    expect(shared).toEqual({ id: expect.any(String), kind: 'user', email: 'colleague@example.com', name: null, role: 'reader', is_removable: true });
    await requests.send(shareCalendar, { ...place, email: 'colleague@example.com', role: 'writer' }, user);
    expect(await list()).toEqual([...before, { ...shared, role: 'writer' }]);

    await requests.send(revokeCalendarShare, { ...place, share_id: shared.id }, user);
    await requests.send(revokeCalendarShare, { ...place, share_id: shared.id }, user);
    expect(await list()).toEqual(before);
  });

  it('takes nothing from its owner', async () => {
    const [own] = await list();

    const refused = requests.send(revokeCalendarShare, { ...place, share_id: own?.id ?? '' }, user);

    await expect(refused).rejects.toMatchObject({ code: 'calendar_access_denied', status: 403 });
    expect(await list()).toEqual([own]);
  });

  it('is for the owner of the account only', async () => {
    const stranger = as(randomUUID());

    await expect(requests.send(listCalendarShares, place, stranger)).rejects.toMatchObject({ code: 'calendar_not_found' });
    await expect(requests.send(shareCalendar, { ...place, email: 'a@example.com', role: 'owner' }, stranger)).rejects.toMatchObject({
      code: 'calendar_not_found',
    });
  });

  it('knows calendars of the account only', async () => {
    const elsewhere = requests.send(listCalendarShares, { ...place, calendar_id: 'nobody@example.com' }, user);

    await expect(elsewhere).rejects.toMatchObject({ code: 'calendar_unknown', status: 404 });
  });

  it('says what the provider does not take', async () => {
    stack.faults.failNext({ status: 400, count: 1, match: { method: 'POST' } });

    const refused = requests.send(shareCalendar, { ...place, email: 'nobody@example.com', role: 'reader' }, user);

    await expect(refused).rejects.toMatchObject({ code: 'calendar_share_refused', status: 400 });
  });
});
