import type { Outbound } from '@patchbay/capabilities';
import type { KeyObject, X509Certificate } from 'node:crypto';
import { withoutSlash } from '../_kit/oauth-variables.js';
import { certificatesIn, goodUntil, trustedAuthorities } from './paypal.certificate-chain.js';

/** Where the keys are that PayPal signs with, and whom to believe. */
export interface PaypalKeysOptions {
  /** Stands in for PayPal. Who chose it believes it: its certificates need no chain. */
  readonly baseUrl: string | undefined;
  readonly outbound: Outbound;
  /** Default: {@link trustedAuthorities}. */
  readonly anchors?: () => readonly X509Certificate[];
}

/** The keys that PayPal signs with. */
export interface PaypalKeys {
  /** The key of a certificate; undefined when the address is not PayPal's, or what is there is not PayPal's. Never throws. */
  find(certificateUrl: string, now: Date): Promise<KeyObject | undefined>;
}

interface Found {
  readonly key: KeyObject;
  readonly until: Date;
}

const certificatesPath = '/v1/notifications/certs/';
const paypalsOwn = /^https:\/\/api(?:-m)?(?:\.sandbox)?\.paypal\.com\/v1\/notifications\/certs\/[\w-]{1,100}$/;

const keptMs = 24 * 3_600_000;
const keptMax = 20;
/** PayPal changes certificates once a year. More than this are asked for by somebody who makes addresses up. */
const fetchesMax = 10;
const fetchesPerMs = 60_000;

/** Fetches each certificate once a day, whatever addresses strangers name. */
export const paypalKeys = ({ baseUrl, outbound, anchors = trustedAuthorities }: PaypalKeysOptions): PaypalKeys => {
  const kept = new Map<string, Found>();
  const underWay = new Map<string, Promise<Found | undefined>>();
  let fetchedAtMs: readonly number[] = [];
  const standIn = baseUrl === undefined ? undefined : `${withoutSlash(baseUrl)}${certificatesPath}`;
  const isOfStandIn = (url: string): boolean => standIn !== undefined && url.startsWith(standIn) && /^[\w-]{1,100}$/.test(url.slice(standIn.length));

  const fetchKey = async (url: string, now: Date): Promise<Found | undefined> => {
    const chain = certificatesIn((await fetchText(outbound, url)) ?? '');
    const [signer] = chain ?? [];
    if (chain === undefined || signer === undefined || !isStrong(signer.publicKey)) return undefined;
    const until = isOfStandIn(url) ? new Date(signer.validTo) : goodUntil(chain, anchors(), now);
    return until === undefined ? undefined : { key: signer.publicKey, until: new Date(Math.min(until.getTime(), now.getTime() + keptMs)) };
  };

  const fetchOnce = (url: string, now: Date): Promise<Found | undefined> => {
    const pending = underWay.get(url);
    if (pending !== undefined) return pending;
    fetchedAtMs = fetchedAtMs.filter((ms) => Math.abs(now.getTime() - ms) < fetchesPerMs);
    if (fetchedAtMs.length >= fetchesMax) return Promise.resolve(undefined);
    fetchedAtMs = [...fetchedAtMs, now.getTime()];
    const fetched = fetchKey(url, now).finally(() => underWay.delete(url));
    underWay.set(url, fetched);
    return fetched;
  };

  return {
    find: async (url, now) => {
      if (!paypalsOwn.test(url) && !isOfStandIn(url)) return undefined;
      const known = kept.get(url);
      if (known !== undefined && now < known.until) return known.key;
      kept.delete(url);
      const found = await fetchOnce(url, now);
      if (found === undefined) return undefined;
      for (const oldest of kept.keys()) if (kept.size >= keptMax) kept.delete(oldest);
      kept.set(url, found);
      return found.key;
    },
  };
};

/** Undefined for every kind of failure: PayPal sends its webhook again. */
const fetchText = async (outbound: Outbound, url: string): Promise<string | undefined> => {
  const call = { operation: 'webhooks.certificate', path: `${certificatesPath}{id}`, accountId: null, idempotent: true, deadlineMs: 4_000 };
  try {
    const answer = await outbound.fetch(call)(url);
    return answer.status === 200 ? await answer.text() : undefined;
  } catch {
    return undefined;
  }
};

const isStrong = ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean =>
  asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= 2_048;
