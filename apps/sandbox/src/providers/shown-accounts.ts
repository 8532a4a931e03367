import type { FakeAccountState, FakeItem } from '@patchbay/providers/testing';
import type { HostedProvider } from './hosted-providers.js';

/** Every account of a provider, as pages show it: first of all what to type to connect it. `sandboxUrl` is where whoever looks has reached the sandbox. */
export const shownAccounts = ({ id, fake }: HostedProvider, sandboxUrl: string): readonly FakeAccountState[] =>
  fake.accounts().map((account) => {
    const typed = fake.credentialsOf?.(account.email, `${sandboxUrl}/${id}`);
    if (typed === undefined) return account;
    const credentials = { id: 'credentials', title: 'What to type to connect it', items: toItems(typed) };
    return { ...account, collections: [credentials, ...account.collections] };
  });

const toItems = (credentials: Readonly<Record<string, string>>): readonly FakeItem[] =>
  Object.entries(credentials).map(([name, value]) => ({
    id: name,
    title: name,
    status: 'current',
    starts: null,
    ends: null,
    link: null,
    notes: [value],
  }));
