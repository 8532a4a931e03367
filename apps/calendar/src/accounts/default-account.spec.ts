import { accountForBookings } from './default-account.js';

type Account = Parameters<typeof accountForBookings>[0][number] & { readonly name: string };
const anAccount = (name: string, change: Partial<Account> = {}): Account => ({
  name,
  status: 'active',
  is_default: false,
  calendar_id: 'primary',
  applied_revision: 1,
  last_error: null,
  ...change,
});

describe('the account that bookings are written to', () => {
  it.each([
    ['the first connected one', [anAccount('a'), anAccount('b')], 'a'],
    ['the one that was chosen', [anAccount('a'), anAccount('b', { is_default: true })], 'b'],
    ['another while the chosen one must be connected again', [anAccount('a'), anAccount('b', { is_default: true, status: 'needs_reauth' })], 'a'],
    [
      'the chosen one where all must be',
      [anAccount('a', { status: 'needs_reauth' }), anAccount('b', { is_default: true, status: 'needs_reauth' })],
      'b',
    ],
    ['none that nothing can be written to', [anAccount('a', { calendar_id: null }), anAccount('b')], 'b'],
    [
      'the first one while its calendars are listed for the first time',
      [anAccount('a', { calendar_id: null, applied_revision: 0 }), anAccount('b')],
      'a',
    ],
    [
      'another where they could not be listed',
      [anAccount('a', { calendar_id: null, applied_revision: 0, is_default: true, last_error: 'forbidden' }), anAccount('b')],
      'b',
    ],
    [
      'the first one where they could not, and there is no other',
      [anAccount('a', { calendar_id: null, applied_revision: 0, last_error: 'forbidden' }), anAccount('b', { status: 'needs_reauth' })],
      'a',
    ],
    ['the first one where nothing can be written anywhere', [anAccount('a', { calendar_id: null }), anAccount('b', { calendar_id: null })], 'a'],
    ['none where none is', [], undefined],
  ])('is %s', (_what, accounts, expected) => {
    expect(accountForBookings(accounts)?.name).toBe(expected);
  });
});
