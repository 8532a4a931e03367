import type { AccessToken } from '../access-token.js';
import type { CalendarRole, CalendarShare, CalendarSharingCapability } from '../calendar-sharing.js';
import { failureOf, failurePromises, type ProviderSituations } from './situations.js';

/** A calendar account at a running fake, whose calendars nobody else uses yet. */
export interface CalendarSharingHarness {
  readonly sharing: CalendarSharingCapability;
  readonly token: AccessToken;
  readonly calendarId: string;
  /** A calendar of somebody else, which this account may not share. */
  readonly readOnlyCalendarId: string;
  /** The roles that can be given. */
  readonly roles: readonly CalendarRole[];
  /** An address that is none, or that nobody has: whatever the provider refuses. */
  readonly refusedEmail: string;
  readonly situations: ProviderSituations;
  /** Lists hold two permissions on a page from now on; does nothing where there are no pages. */
  shortenPages(): void;
  stop(): Promise<void>;
}

const colleague = 'colleague@example.com';

/** The promises in {@link CalendarSharingCapability}, checked against any provider that makes them. */
export const calendarSharingContract = (provider: string, start: () => Promise<CalendarSharingHarness>): void => {
  describe(`${provider}: calendar sharing`, () => {
    let harness: CalendarSharingHarness;
    beforeEach(async () => (harness = await start()));
    afterEach(() => harness.stop());
    const list = () => harness.sharing.listShares(harness.token, harness.calendarId);
    const grant = (role: CalendarRole, email = colleague) => harness.sharing.grant(harness.token, harness.calendarId, { email, role });
    const revoke = (id: string) => harness.sharing.revoke(harness.token, harness.calendarId, id);

    grantPromises(() => harness, { list, grant, revoke });

    it('takes a permission away; one that is gone already is success', async () => {
      const { id } = await grant('reader');

      await revoke(id);
      await revoke(id);

      expect(sharesOf(await list(), colleague)).toEqual([]);
    });

    it('finds no calendar that does not exist', async () => {
      const nowhere = 'no-such-calendar@example.com';

      const listed = await failureOf(harness.sharing.listShares(harness.token, nowhere));
      const granted = await failureOf(harness.sharing.grant(harness.token, nowhere, { email: colleague, role: 'reader' }));

      expect([listed.code, granted.code]).toEqual(['not_found', 'not_found']);
    });

    it('shares no calendar that is somebody else’s', async () => {
      const granted = await failureOf(harness.sharing.grant(harness.token, harness.readOnlyCalendarId, { email: colleague, role: 'reader' }));

      expect(granted).toMatchObject({ code: 'forbidden', retryable: false });
    });

    const begin = async (call: () => Promise<unknown>) => ({ situations: harness.situations, token: harness.token, call });
    failurePromises({ name: 'listing', begin: () => begin(list) });
    failurePromises({ name: 'granting', begin: () => begin(() => grant('reader')) });
    failurePromises({
      name: 'revoking',
      begin: async () => {
        const { id } = await grant('reader');
        return begin(() => revoke(id));
      },
    });
  });
};

const sharesOf = (shares: readonly CalendarShare[], address: string): readonly CalendarShare[] =>
  shares.filter(({ email }) => email?.toLowerCase() === address);

interface Calls {
  readonly list: () => Promise<readonly CalendarShare[]>;
  readonly grant: (role: CalendarRole, email?: string) => Promise<CalendarShare>;
  readonly revoke: (id: string) => Promise<void>;
}

const grantPromises = (harness: () => CalendarSharingHarness, { list, grant }: Calls): void => {
  it('lists what nobody can take away, and nobody else, for a calendar that was never shared', async () => {
    const shares = await list();

    expect(shares.length).toBeGreaterThan(0);
    expect(shares.filter(({ isRemovable }) => isRemovable)).toEqual([]);
  });

  it('gives somebody each role that there is, one at a time', async () => {
    for (const role of harness().roles) {
      const granted = await grant(role);

      expect(granted).toMatchObject({ kind: 'user', role, isRemovable: true });
      expect(sharesOf(await list(), colleague)).toEqual([granted]);
    }
  });

  it('gives one permission to one person, however their address is written', async () => {
    await grant('reader');

    const { id } = await grant('writer', 'Colleague@Example.com');

    expect(sharesOf(await list(), colleague)).toEqual([expect.objectContaining({ id, role: 'writer' })]);
  });

  it('gives one permission when the answer is lost', async () => {
    harness().situations.dropAfterExecuting(1);

    const { id } = await grant('reader');

    expect(sharesOf(await list(), colleague)).toEqual([expect.objectContaining({ id })]);
  });

  it('lists everybody, through all pages', async () => {
    const people = ['one@example.com', 'two@example.com', 'three@example.com', 'four@example.com', 'five@example.com'];
    for (const email of people) await grant('reader', email);
    harness().shortenPages();

    const shares = await list();

    expect(people.map((email) => sharesOf(shares, email).length)).toEqual([1, 1, 1, 1, 1]);
  });

  it('gives nobody a permission under an address that is refused', async () => {
    const before = await list();

    expect(await failureOf(grant('reader', harness().refusedEmail))).toMatchObject({ code: 'invalid_request', retryable: false });
    expect(await list()).toEqual(before);
  });
};
