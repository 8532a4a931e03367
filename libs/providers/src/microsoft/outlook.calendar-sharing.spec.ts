import { calendarSharingContract, failureOf } from '@patchbay/capabilities/testing';
import { fakePerson } from '../_kit/fake-connection.js';
import { connectToOutlook } from './fake/outlook.fake-connection.js';
import { toShare } from './outlook.calendar-sharing.mapping.js';

const connect = async () => {
  const connection = await connectToOutlook();
  return {
    ...connection,
    roles: ['free_busy', 'reader', 'writer'] as const,
    refusedEmail: 'nobody@nowhere.example',
    shortenPages: () => connection.running.fake.limitPages({ pageMax: 2 }),
  };
};

calendarSharingContract('outlook', connect);

describe('outlook: calendar sharing, beyond the contract', () => {
  let harness: Awaited<ReturnType<typeof connect>>;
  beforeEach(async () => (harness = await connect()));
  afterEach(() => harness.stop());
  const list = (calendarId = harness.calendarId) => harness.sharing.listShares(harness.token, calendarId);
  const grant = (role: 'reader' | 'writer' | 'owner', email = 'colleague@example.com') =>
    harness.sharing.grant(harness.token, harness.calendarId, { email, role });
  const bodiesOf = (method: string) =>
    harness.running.requests
      .filter((request) => request.method === method && request.path.includes('/calendarPermissions'))
      .map(({ body }) => JSON.parse(body.toString()) as object);

  it('tells what everybody in the organisation may do by its domain, and leaves it out where that is nothing', async () => {
    expect(await list()).toEqual([
      expect.objectContaining({ kind: 'domain', email: fakePerson.split('@')[1], name: 'My Organization', role: 'free_busy', isRemovable: false }),
    ]);
    expect(await list(harness.otherCalendarId)).toEqual([]);
  });

  it('says whether somebody is a colleague', async () => {
    await grant('reader');
    await grant('reader', 'guest@elsewhere.example');

    expect(bodiesOf('POST')).toMatchObject([{ isInsideOrganization: true }, { isInsideOrganization: false }]);
  });

  it('gives one permission when the answer to giving it is lost', async () => {
    harness.running.faults.dropAfterExecuting(1, { method: 'POST', path: '/calendarPermissions' });

    const granted = await grant('writer');

    expect((await list()).filter(({ isRemovable }) => isRemovable)).toEqual([granted]);
  });

  it('writes nothing when somebody has that role already', async () => {
    await grant('writer');
    await grant('writer');

    expect([bodiesOf('POST').length, bodiesOf('PATCH').length]).toEqual([1, 0]);
  });

  it('makes nobody a second owner, and leaves whoever has a permission as they are', async () => {
    await grant('reader');

    expect(await failureOf(grant('owner'))).toMatchObject({ code: 'invalid_request', reason: 'role_unsupported' });
    expect(await failureOf(grant('owner', 'second@example.com'))).toMatchObject({ reason: 'role_unsupported' });
    expect((await list()).filter(({ isRemovable }) => isRemovable).map(({ role }) => role)).toEqual(['reader']);
  });

  it('shows a shared calendar to whom it was shared with', async () => {
    harness.calendars.ofAccount('colleague@example.com');

    await grant('writer');

    const theirs = harness.calendars.ofAccount('colleague@example.com').filter(({ owner }) => owner.address === fakePerson);
    expect(theirs.map(({ canEdit, isDefault }) => [canEdit, isDefault])).toEqual([[true, false]]);
  });
});

describe('outlook: what a permission of Graph allows', () => {
  it.each([
    ['none', null],
    ['freeBusyRead', 'free_busy'],
    ['limitedRead', 'reader'],
    ['read', 'reader'],
    ['custom', 'reader'],
    ['write', 'writer'],
    ['delegateWithoutPrivateEventAccess', 'writer'],
    ['delegateWithPrivateEventAccess', 'writer'],
    ['somethingOfTomorrow', null],
  ])('%s is %s', (role, expected) => {
    const share = toShare({ id: 'a', role, isRemovable: true, emailAddress: { address: 'a@example.com', name: 'Ann' } }, 'o@example.com');

    expect(share?.role ?? null).toBe(expected);
  });
});
