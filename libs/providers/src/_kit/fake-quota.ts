import { z } from 'zod';
import { fakeSituation, type FakeSituation } from './fake-situation.js';

/** How many calls a provider takes of one account in a minute, by the fake's clock. Nobody is limited until somebody says so. */
export interface FakeQuota {
  /** Counts one call of an account. @returns null, or how many seconds it has to wait. */
  take(email: string): number | null;
  /** Null: no limit. */
  limit(email: string, callsPerMinute: number | null): void;
  reset(): void;
}

const minuteMs = 60_000;

/** Quotas of the accounts of one fake. */
export const createFakeQuota = (now: () => Date): FakeQuota => {
  const limits = new Map<string, number>();
  const calls = new Map<string, readonly number[]>();
  return {
    take: (email) => {
      const limit = limits.get(email);
      if (limit === undefined) return null;
      const nowMs = now().getTime();
      const recent = (calls.get(email) ?? []).filter((at) => at > nowMs - minuteMs);
      const isOver = recent.length >= limit;
      calls.set(email, isOver ? recent : [...recent, nowMs]);
      return isOver ? Math.max(1, Math.ceil(((recent[0] ?? nowMs) + minuteMs - nowMs) / 1_000)) : null;
    },
    limit: (email, callsPerMinute) => {
      calls.delete(email);
      if (callsPerMinute === null) limits.delete(email);
      else limits.set(email, callsPerMinute);
    },
    reset: () => {
      limits.clear();
      calls.clear();
    },
  };
};

/** The situation of a quota, for the sandbox. */
export const quotaSituation = (quota: FakeQuota): FakeSituation =>
  fakeSituation({
    name: 'quota',
    input: z.strictObject({ email: z.string().min(1), calls_per_minute: z.int().min(0).nullable().default(10) }),
    accountButton: 'Take ten calls of it in a minute',
    begin: ({ email, calls_per_minute: callsPerMinute }) => quota.limit(email, callsPerMinute),
  });
