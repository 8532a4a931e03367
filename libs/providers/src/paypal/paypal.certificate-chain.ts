import { X509Certificate } from 'node:crypto';
import { getCACertificates } from 'node:tls';

/** More certificates than any chain has. */
const chainMax = 6;

/** The certificates in an answer, the signer's own first; undefined when they are none. */
export const certificatesIn = (pem: string): readonly X509Certificate[] | undefined => {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0 || blocks.length > chainMax) return undefined;
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return undefined;
  }
};

let authorities: readonly X509Certificate[] | undefined;

/** Whom Node.js trusts, and whom an operator added with `NODE_EXTRA_CA_CERTS`. Read once, when first needed. */
export const trustedAuthorities = (): readonly X509Certificate[] =>
  (authorities ??= getCACertificates('default').map((certificate) => new X509Certificate(certificate)));

/** Until when a chain is good: undefined when it is not PayPal's, ends nowhere that is trusted, or holds a certificate that is not of now. */
export const goodUntil = (chain: readonly X509Certificate[], anchors: readonly X509Certificate[], now: Date): Date | undefined => {
  const [signer, ...between] = chain;
  if (signer === undefined || signer.ca || !isPaypals(signer)) return undefined;
  const path = pathFrom(signer, { between, anchors });
  const isOfNow = path?.every(({ validFrom, validTo }) => new Date(validFrom) <= now && now < new Date(validTo)) ?? false;
  return path === undefined || !isOfNow ? undefined : new Date(Math.min(...path.map(({ validTo }) => Date.parse(validTo))));
};

interface Issuers {
  readonly between: readonly X509Certificate[];
  readonly anchors: readonly X509Certificate[];
}

const pathFrom = (signer: X509Certificate, { between, anchors }: Issuers): readonly X509Certificate[] | undefined => {
  const path = [signer];
  for (let last = signer; path.length <= chainMax;) {
    const issued = (by: X509Certificate): boolean => by.ca && last.checkIssued(by) && last.verify(by.publicKey);
    const anchor = anchors.find(issued);
    if (anchor !== undefined) return [...path, anchor];
    const next = between.find((one) => !path.includes(one) && issued(one));
    if (next === undefined) return undefined;
    path.push(next);
    last = next;
  }
  return undefined;
};

/**
 * PayPal's own packages ask for nothing but a name below paypal.com; the names are `messageverificationcerts.paypal.com` and that of the sandbox.
 * https://github.com/paypal/PayPal-Python-SDK/blob/master/paypalrestsdk/notifications.py
 */
const isPaypals = ({ subject, subjectAltName }: X509Certificate): boolean => {
  const commonNames = subject.split('\n').flatMap((line) => (line.startsWith('CN=') ? [line.slice(3)] : []));
  const otherNames = (subjectAltName ?? '').split(', ').flatMap((name) => (name.startsWith('DNS:') ? [name.slice(4)] : []));
  return [...commonNames, ...otherNames].some((name) => /^[a-z0-9.-]+\.paypal\.com$/i.test(name));
};
