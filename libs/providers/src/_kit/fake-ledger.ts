import type { FakeLedger, LedgerEntry } from './fake.js';

/** A ledger in memory. `now` is the fakes' clock, so that entries and token lifetimes tell the same time. */
export const createFakeLedger = (now: () => Date = () => new Date()): FakeLedger => {
  const entries: LedgerEntry[] = [];
  let sequence = 0;

  return {
    record: (entry) => {
      sequence += 1;
      entries.push({ sequence, at: now().toISOString(), ...entry });
    },
    entries: ({ provider, kind, key, after } = {}) =>
      entries.filter(
        (entry) =>
          (provider === undefined || entry.provider === provider) &&
          (kind === undefined || entry.kind === kind) &&
          (key === undefined || entry.key.includes(key) || entry.id.includes(key)) &&
          (after === undefined || entry.sequence > after),
      ),
    clear: () => {
      entries.length = 0;
    },
  };
};
