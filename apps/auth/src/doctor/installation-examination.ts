import type { Check, Examination } from '@patchbay/contracts';
import { request } from 'undici';
import { z } from 'zod';
import { failed, fine, summed, warning } from './checks.js';
import { clockCheck } from './clock-check.js';

/** What is looked at. */
export interface Installation {
  readonly publicBaseUrl: string;
  readonly isProduction: boolean;
  /** Ids of the keys that this installation signs with, to tell it from another. */
  readonly keyIds: readonly string[];
  /** The database's clock. */
  readonly databaseTime: () => Promise<Date>;
  readonly now: () => Date;
}

const timeoutMs = 5_000;
const publishedKeys = z.object({ keys: z.array(z.object({ kid: z.string() })) });

/** Looks at what all providers depend on. */
export async function examineInstallation(installation: Installation): Promise<Examination> {
  const checks = await Promise.all([publicAddressCheck(installation), databaseClockCheck(installation)]);
  return summed({ subject: 'patchbay', name: 'Patchbay' }, [...addressChecks(installation), ...checks]);
}

/** Webhooks of providers and people coming back from consent pages arrive at the public address: it must lead to this installation. */
async function publicAddressCheck({ publicBaseUrl, keyIds }: Installation): Promise<Check> {
  const name = 'webhook_reachability';
  const remedy = 'Let PUBLIC_BASE_URL name the address under which the outside world reaches this gateway, and check DNS, proxy and certificate.';
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await request(`${publicBaseUrl.replace(/\/+$/, '')}/api/v1/auth/jwks/`, { signal });
    const read = publishedKeys.safeParse(await answer.body.json().catch(() => null));
    if (!read.success) return failed(name, `Something else answers at ${publicBaseUrl} (${answer.statusCode}).`, remedy);
    const isOurs = read.data.keys.some(({ kid }) => keyIds.includes(kid));
    return isOurs ? fine(name, `${publicBaseUrl} leads here.`) : failed(name, `Another installation answers at ${publicBaseUrl}.`, remedy);
  } catch {
    return failed(name, `Nothing answers at ${publicBaseUrl}.`, remedy);
  }
}

async function databaseClockCheck({ databaseTime, now }: Installation): Promise<Check> {
  const askedAt = now();
  const told = await databaseTime();
  return clockCheck('database_clock', { answer: told.toUTCString(), askedAt, answeredAt: now() });
}

function addressChecks({ publicBaseUrl, isProduction }: Installation): readonly Check[] {
  const name = 'public_address';
  const { protocol, hostname } = new URL(publicBaseUrl);
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  if (isProduction && protocol !== 'https:') return [failed(name, 'The public address is not https.', 'Set PUBLIC_BASE_URL to an https address.')];
  if (isLoopback) {
    const remedy = 'Set PUBLIC_BASE_URL to a public https address, for example of a tunnel while developing.';
    return [warning(name, 'The public address is this machine only: real providers cannot send webhooks here.', remedy)];
  }
  return [fine(name, `The public address is ${publicBaseUrl}.`)];
}
