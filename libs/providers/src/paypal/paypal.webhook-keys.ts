import { ProviderError, type Outbound } from '@patchbay/capabilities';
import type { KeyObject, X509Certificate } from 'node:crypto';
import { withoutSlash } from '../_kit/oauth-variables.js';
import { certificatesIn, goodUntil, trustedAuthorities } from './paypal.certificate-chain.js';

/** Where the keys are that PayPal signs with, and whom to believe. */
export interface PaypalKeysOptions {
  /** Stands in for PayPal, and nothing is fetched elsewhere then. Who chose a sandbox believes it: certificates that it names its own need no chain. */
  readonly baseUrl: string | undefined;
  readonly outbound: Outbound;
  /** Default: {@link trustedAuthorities}. */
  readonly anchors?: () => readonly X509Certificate[];
}

/** The keys that PayPal signs with. */
export interface PaypalKeys {
  /**
   * The key of a certificate; undefined when the address is not PayPal's, or what is there is not.
   *
   * @throws ProviderError `unavailable` when PayPal cannot be asked at the moment.
   */
  find(certificateUrl: string, now: Date): Promise<KeyObject | undefined>;
}

interface Found {
  readonly key: KeyObject;
  readonly until: Date;
}

/** Where a certificate is fetched, and whether it must lead to somebody who is trusted. */
interface Place {
  readonly url: string;
  readonly needsChain: boolean;
}

const certificatesPath = '/v1/notifications/certs/';
const paypalsOwn = /^https:\/\/api(?:-m)?(?:\.sandbox)?\.paypal\.com\/v1\/notifications\/certs\/[\w-]{1,100}$/;
const nameInPath = /\/v1\/notifications\/certs\/([\w-]{1,100})$/;

/** The address comes from whoever calls. It is followed to PayPal's hosts only; of any other just the name is read, for the stand-in. */
const placeOf = (shownUrl: string, baseUrl: string | undefined): Place | undefined => {
  const needsChain = paypalsOwn.test(shownUrl);
  const name = nameInPath.exec(shownUrl)?.[1];
  if (name === undefined) return undefined;
  if (baseUrl === undefined) return needsChain ? { url: shownUrl, needsChain } : undefined;
  return { url: `${withoutSlash(baseUrl)}${certificatesPath}${name}`, needsChain };
};

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

  const fetchKey = async ({ url, needsChain }: Place, now: Date): Promise<Found | undefined> => {
    const chain = certificatesIn(await fetchText(outbound, url));
    const [signer] = chain ?? [];
    if (chain === undefined || signer === undefined || !isStrong(signer.publicKey)) return undefined;
    const until = needsChain ? goodUntil(chain, anchors(), now) : new Date(signer.validTo);
    return until === undefined ? undefined : { key: signer.publicKey, until: new Date(Math.min(until.getTime(), now.getTime() + keptMs)) };
  };

  const fetchOnce = (place: Place, now: Date): Promise<Found | undefined> => {
    const id = idOf(place);
    const pending = underWay.get(id);
    if (pending !== undefined) return pending;
    fetchedAtMs = fetchedAtMs.filter((ms) => Math.abs(now.getTime() - ms) < fetchesPerMs);
    if (fetchedAtMs.length >= fetchesMax) return Promise.resolve(undefined);
    fetchedAtMs = [...fetchedAtMs, now.getTime()];
    const fetched = fetchKey(place, now).finally(() => underWay.delete(id));
    underWay.set(id, fetched);
    return fetched;
  };

  return {
    find: async (certificateUrl, now) => {
      const place = placeOf(certificateUrl, baseUrl);
      if (place === undefined) return undefined;
      const id = idOf(place);
      const known = kept.get(id);
      if (known !== undefined && now < known.until) return known.key;
      kept.delete(id);
      const found = await fetchOnce(place, now);
      if (found === undefined) return undefined;
      for (const oldest of kept.keys()) if (kept.size >= keptMax) kept.delete(oldest);
      kept.set(id, found);
      return found.key;
    },
  };
};

/** What was believed of a stand-in is not believed of PayPal. */
const idOf = ({ url, needsChain }: Place): string => `${needsChain} ${url}`;

const fetchText = async (outbound: Outbound, url: string): Promise<string> => {
  const call = { operation: 'webhooks.certificate', path: `${certificatesPath}{id}`, accountId: null, idempotent: true, deadlineMs: 4_000 };
  const answer = await outbound.fetch(call)(url);
  if (answer.status >= 500 || answer.status === 429) throw new ProviderError('paypal', 'unavailable', { reason: 'certificate' });
  return answer.status === 200 ? await answer.text() : '';
};

const isStrong = ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean =>
  asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= 2_048;
