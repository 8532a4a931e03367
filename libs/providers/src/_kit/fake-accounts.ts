import type { FakeAccount } from './fake.js';

/** Sample people plus whoever signed in with another address; the same address is always the same account. */
export interface FakeAccounts {
  all(): readonly FakeAccount[];
  /** The account of an address, made when it is new. */
  named(email: string): FakeAccount;
  reset(): void;
}

/** Creates the accounts of one fake. Ids are derived from the address, so they are the same in every run. */
export const createFakeAccounts = (samples: readonly Omit<FakeAccount, 'id'>[], idOf: (email: string) => string): FakeAccounts => {
  const accounts = new Map<string, FakeAccount>();
  const add = (account: Omit<FakeAccount, 'id'>): FakeAccount => {
    const added = { ...account, id: idOf(account.email) };
    accounts.set(account.email, added);
    return added;
  };
  const reset = (): void => {
    accounts.clear();
    samples.forEach(add);
  };
  reset();
  return {
    all: () => [...accounts.values()],
    named: (email) => {
      const local = email.split('@')[0] ?? email;
      const [givenName = local, ...rest] = local.split(/[._-]+/).map((part) => part.charAt(0).toUpperCase() + part.slice(1));
      return accounts.get(email) ?? add({ email, givenName, familyName: rest.join(' ') || 'Example' });
    },
    reset,
  };
};
