import {
  bookingMoveProposed,
  createBlock,
  getBusyTimes,
  listConflicts,
  listResolutions,
  overrideResolution,
  publishEvents,
  refreshCalendarAccount,
  resolveConflict,
  resolveConflicts,
  type Conflict,
} from '@patchbay/contracts';
import { aBooking, calendarAccountReady, connectAccount, created, eventually, hours, NotYet } from '@patchbay/local-stack';
import { addEndpoint, callRaw, clientOf, freshId, grace, product, sandbox, signIn, soon, stack } from './whole-stack.js';

const email = `${freshId('conflicts')}@example.com`;
const signedIn = await signIn('github', email);
const token = String(signedIn.body['access_token']);
const client = clientOf(token);
const userId = String((await callRaw('GET', '/api/v1/auth/me/', { token })).body['id']);
const conflicts = '/api/v1/integrations/calendar/conflicts';

/** Seven in the morning, some day soon. */
const startsAt = Math.floor(soon() / hours(24)) * hours(24) + hours(31);
const at = (hour: number): string => new Date(startsAt + hours(hour)).toISOString();
const aBlock = (title: string, from: number, to: number) => ({ title, start_time: at(from), end_time: at(to), time_zone: 'UTC' });

const book = async (hour: number): Promise<string> => {
  const id = freshId('bk');
  await product.call(publishEvents, created(aBooking({ id, title: `Demo ${id}`, userId, startsAt: startsAt + hours(hour) })));
  return id;
};
/** The conflicts of now, once there are so many. */
const found = (count: number): Promise<readonly Conflict[]> =>
  eventually(`${count} conflicts`, async () => {
    const { items } = await client.call(listConflicts, { status: 'open' });
    if (items.length !== count) throw new NotYet(JSON.stringify(items.map(({ sides }) => sides)));
    return items;
  });
const only = async (): Promise<Conflict> => {
  const [conflict] = await found(1);
  if (conflict === undefined) throw new Error('there is none');
  return conflict;
};

describe('the conflicts of somebody who blocks times and is booked', () => {
  let accountId: string;

  beforeAll(async () => {
    accountId = await connectAccount({ client, gatewayUrl: stack.gatewayUrl, sandbox }, { provider: 'google', type: 'calendar', email });
    await calendarAccountReady(client, accountId);
  }, 60_000);

  it('begin with a booking in a blocked time, which cannot be booked once more', async () => {
    const key = freshId('key');
    const body = JSON.stringify(aBlock('Focus', 0, 3));
    const [first, second] = await Promise.all(
      [1, 2].map(() => callRaw('POST', '/api/v1/integrations/calendar/blocks/', { token, body, headers: { 'idempotency-key': key } })),
    );
    const bookingId = await book(2.75);

    const conflict = await only();

    expect([first?.status, second?.body['id']]).toEqual([201, first?.body['id']]);
    expect(conflict).toMatchObject({ severity: 'high', overlap: { kind: 'ends_after', minutes: 15, start: at(2.75), end: at(3) } });
    expect(conflict.sides.map(({ type, id }) => [type, id])).toEqual([
      ['booking', bookingId],
      ['manual_block', first?.body['id']],
    ]);
    const { items } = await client.call(getBusyTimes, { from: at(0), to: at(24) });
    expect(items[0]?.busy).toEqual([{ start: at(0), end: at(3.25) }]);
  });

  it('are decided about, and the decision is taken back', async () => {
    const { id } = await only();

    const shortened = await client.call(resolveConflict, { id, action: 'shorten_block' });
    await found(0);
    await client.call(overrideResolution, { resolution_id: shortened.id, action: 'undo' });
    const again = await only();
    const kept = await client.call(resolveConflict, { id, action: 'keep_both' });

    expect(shortened.after).toMatchObject([{ title: 'Focus', start_time: at(0), end_time: at(2.75) }]);
    expect(again.id).toBe(id);
    expect((await client.call(listResolutions, {})).items.map(({ action }) => action)).toEqual(['keep_both', 'undo', 'shorten_block']);
    expect((await client.call(listConflicts, { status: 'resolved' })).items.map((item) => item.resolution_id)).toEqual([kept.id]);
    await found(0);
  });

  it('are there with what stands in calendars, but never with the event of the booking itself', async () => {
    const bookingId = await book(26);
    const time = (hour: number) => ({ dateTime: at(hour), timeZone: 'UTC' });
    await sandbox.begin('google', 'put-event', { email, event: { summary: 'Dentist', start: time(26.25), end: time(27) } });
    await eventually('the event of the booking to be busy time, too', async () => {
      await client.call(refreshCalendarAccount, { id: accountId });
      const { items } = await client.call(getBusyTimes, { from: at(24), to: at(48) });
      if (items[0]?.busy.at(-1)?.end !== at(27)) throw new NotYet(JSON.stringify(items));
    });

    const conflict = await only();

    expect(conflict.sides).toMatchObject([
      { type: 'booking', id: bookingId },
      { type: 'synced_block', title: 'Dentist', calendar: { account_id: accountId, provider: 'google' } },
    ]);
    expect(conflict.proposals.map(({ action }) => action)).toEqual(['propose_time', 'keep_both']);
  });

  it('let the product be asked for another time, as its webhook tells', async () => {
    const { farEnd } = await addEndpoint({ token, email, id: userId, role: 'user' }, [bookingMoveProposed.type]);
    const { id, sides, proposals } = await only();

    const { proposed } = await client.call(resolveConflict, { id, action: 'propose_time' });

    const told = await eventually('the webhook', async () => {
      await farEnd.refresh();
      const [first] = farEnd.webhooksOf(sides[0].id);
      if (first === undefined) throw new NotYet('nothing came');
      return first.content;
    });
    expect(proposed).toEqual(proposals[0]?.times[0]);
    expect(told).toMatchObject({ type: 'booking_move_proposed', data: { status: 'proposed', conflict_id: id, start_time: proposed?.start } });
    await found(0);
  });

  it('are decided about together, after a look at what that would come to', async () => {
    for (const day of [48, 72]) {
      await client.call(createBlock, aBlock('Sport', day, day + 2));
      await book(day + 1.75);
    }
    await found(2);
    const all = { filter: { involves: 'manual_block' as const }, action: 'move_block' as const };

    const seen = await client.call(resolveConflicts, { ...all, preview: true });
    const still = await found(2);
    const made = await client.call(resolveConflicts, all);

    expect(seen.items.map(({ conflict_id: id, status }) => [id, status])).toEqual(still.map(({ id }) => [id, 'would_resolve']));
    expect(made.items.map(({ status, resolution }) => [status, resolution?.after[0]?.title])).toEqual([
      ['resolved', 'Sport'],
      ['resolved', 'Sport'],
    ]);
    await found(0);
  });

  it('are nobody else’s, and what is not there says so', async () => {
    const unknown = `${conflicts}/5b1f3c9e-62aa-8f10-8c3e-1d2f3a4b5c6d`;
    const decision = JSON.stringify({ action: 'keep_both' });

    expect(await callRaw('POST', `${unknown}/resolve/`, { token, body: decision })).toMatchObject({
      status: 404,
      body: { code: 'conflict_not_found' },
    });
    expect(await callRaw('GET', `${conflicts}/`, { token: '' })).toMatchObject({ status: 401 });
    expect(await callRaw('GET', `${conflicts}/?user_id=${userId}`, { token: grace.token })).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
    expect((await callRaw('GET', `${conflicts}/?user_id=${userId}`, { token: stack.serviceApiKey })).status).toBe(200);
  });
});
