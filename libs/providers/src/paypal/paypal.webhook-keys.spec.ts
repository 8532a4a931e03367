import { ProviderError } from '@patchbay/capabilities';
import { X509Certificate, generateKeyPairSync } from 'node:crypto';
import { trustedAuthorities } from './paypal.certificate-chain.js';
import { makeCertificate, type FakeCertificate } from './paypal.fake-certificate.js';
import { paypalKeys } from './paypal.webhook-keys.js';

const now = new Date('2026-12-01T16:00:00Z');
const url = 'https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270';
const name = 'messageverificationcerts.paypal.com';
const ecKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const [root, between, stranger] = [ecKeys(), ecKeys(), ecKeys()];
const signer = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const weak = generateKeyPairSync('rsa', { modulusLength: 1_024 });

const rootCertificate = makeCertificate({
  subject: 'Root',
  publicKey: root.publicKey,
  issuer: 'Root',
  issuerKey: root.privateKey,
  isAuthority: true,
});
const betweenCertificate = (more: Partial<FakeCertificate> = {}) =>
  makeCertificate({ subject: 'Between', publicKey: between.publicKey, issuer: 'Root', issuerKey: root.privateKey, isAuthority: true, ...more });
const signerCertificate = (more: Partial<FakeCertificate> = {}) =>
  makeCertificate({ subject: name, publicKey: signer.publicKey, issuer: 'Between', issuerKey: between.privateKey, ...more });

const start = (answer: string | (() => Promise<Response>), baseUrl?: string) => {
  const asked: string[] = [];
  const outbound = {
    fetch: () => (input: Parameters<typeof fetch>[0]) => {
      asked.push(String(input));
      return typeof answer === 'string' ? Promise.resolve(new Response(answer)) : answer();
    },
  };
  return { asked, keys: paypalKeys({ baseUrl, outbound, anchors: () => [new X509Certificate(rootCertificate)] }) };
};

const found = async (answer: string, at = now): Promise<boolean> => (await start(answer).keys.find(url, at)) !== undefined;

describe('keys of PayPal', () => {
  it('believes a certificate of PayPal that leads to a trusted authority', async () => {
    expect((await start(signerCertificate() + betweenCertificate()).keys.find(url, now))?.equals(signer.publicKey)).toBe(true);
    expect(await found(signerCertificate({ issuer: 'Root', issuerKey: root.privateKey }))).toBe(true);
    expect(await found(signerCertificate({ subject: 'messageverificationcerts.sandbox.paypal.com' }) + betweenCertificate())).toBe(true);
  });

  it.each([
    ['a chain with a gap', () => signerCertificate()],
    ['a chain that somebody made who has the same name', () => signerCertificate({ issuerKey: stranger.privateKey }) + betweenCertificate()],
    [
      'a chain to an authority that nobody trusts',
      () =>
        signerCertificate() +
        betweenCertificate({ issuer: 'Other', issuerKey: stranger.privateKey }) +
        makeCertificate({
          subject: 'Other',
          publicKey: stranger.publicKey,
          issuer: 'Other',
          issuerKey: stranger.privateKey,
          isAuthority: true,
        }),
    ],
    ['an issuer that may issue nothing', () => signerCertificate() + betweenCertificate({ isAuthority: false })],
    ['a name that is not of PayPal', () => signerCertificate({ subject: 'paypal.com.example.com' }) + betweenCertificate()],
    ['a name that only ends alike', () => signerCertificate({ subject: 'notpaypal.com' }) + betweenCertificate()],
    ['a name with a line break in it', () => signerCertificate({ subject: 'evil\nCN=a.paypal.com' }) + betweenCertificate()],
    ['a certificate that has ended', () => signerCertificate({ validTo: new Date('2026-11-30T00:00:00Z') }) + betweenCertificate()],
    ['a certificate that has not begun', () => signerCertificate({ validFrom: new Date('2026-12-02T00:00:00Z') }) + betweenCertificate()],
    ['an issuer that has ended', () => signerCertificate() + betweenCertificate({ validTo: new Date('2026-11-30T00:00:00Z') })],
    ['an authority in place of a signer', () => signerCertificate({ isAuthority: true }) + betweenCertificate()],
    ['a key that is too short', () => signerCertificate({ publicKey: weak.publicKey }) + betweenCertificate()],
    ['a key of another kind', () => signerCertificate({ publicKey: stranger.publicKey }) + betweenCertificate()],
    ['a chain that goes round', () => signerCertificate() + betweenCertificate({ issuer: 'Between', issuerKey: between.privateKey })],
    ['a page', () => '<html></html>'],
    ['a broken certificate', () => '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
    ['a heap of certificates', () => signerCertificate() + betweenCertificate().repeat(10)],
  ])('does not believe %s', async (_what, answer) => expect(await found(answer())).toBe(false));

  it.each([
    'http://api.paypal.com/v1/notifications/certs/CERT-1',
    'https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1',
    'https://evil.example/api.paypal.com/v1/notifications/certs/CERT-1',
    'https://api.paypal.com@evil.example/v1/notifications/certs/CERT-1',
    'https://api.paypal.com:8443/v1/notifications/certs/CERT-1',
    'https://api.paypal.com/v1/notifications/certs/../../oauth2/token',
    'https://api.paypal.com/v1/notifications/certs/CERT-1?next=https://evil.example',
    'https://api.paypal.com/v1/notifications/certs/CERT-1\n',
    'https://www.paypal.com/v1/notifications/certs/CERT-1',
    'https://169.254.169.254/v1/notifications/certs/CERT-1',
    'file:///etc/passwd',
    '',
  ])('asks nobody at %p', async (wrong) => {
    const { keys, asked } = start(signerCertificate() + betweenCertificate());

    expect(await keys.find(wrong, now)).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it('believes whom an operator put in the place of PayPal, and asks nobody else', async () => {
    const alone = makeCertificate({ subject: name, publicKey: signer.publicKey, issuer: name, issuerKey: signer.privateKey });
    const { keys, asked } = start(alone, 'http://127.0.0.1:4400/paypal/');

    expect(await keys.find('http://localhost:4400/paypal/v1/notifications/certs/CERT-1', now)).toBeDefined();
    expect(await keys.find('http://169.254.169.254/v1/notifications/certs/CERT-1', now)).toBeDefined();
    expect(await keys.find('http://127.0.0.1:4400/paypal/v1/notifications/certs/../../x', now)).toBeUndefined();
    expect(asked).toEqual(['http://127.0.0.1:4400/paypal/v1/notifications/certs/CERT-1']);
  });

  it('asks a proxy for certificates of PayPal, and checks them', async () => {
    const alone = makeCertificate({ subject: name, publicKey: signer.publicKey, issuer: name, issuerKey: signer.privateKey });
    const answers = [alone, alone, signerCertificate() + betweenCertificate()];
    const { keys, asked } = start(() => Promise.resolve(new Response(answers.shift())), 'https://proxy.example.com');

    expect(await keys.find(url.replace('api.paypal.com', 'proxy.example.com'), now)).toBeDefined();
    expect(await keys.find(url, now)).toBeUndefined();
    expect(await keys.find(url, now)).toBeDefined();
    expect(new Set(asked)).toEqual(new Set(['https://proxy.example.com/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270']));
  });

  it('fetches a certificate once for many webhooks, and again after a day', async () => {
    const { keys, asked } = start(signerCertificate() + betweenCertificate());

    await Promise.all(Array.from({ length: 20 }, () => keys.find(url, now)));
    await keys.find(url, new Date(now.getTime() + 23 * 3_600_000));
    expect(asked).toHaveLength(1);
    expect(await keys.find(url, new Date(now.getTime() + 25 * 3_600_000))).toBeDefined();
    expect(asked).toHaveLength(2);
  });

  it('keeps no certificate beyond its end', async () => {
    const { keys } = start(signerCertificate({ validTo: new Date('2026-12-01T17:00:00Z') }) + betweenCertificate());

    expect(await keys.find(url, now)).toBeDefined();
    expect(await keys.find(url, new Date('2026-12-01T17:00:01Z'))).toBeUndefined();
  });

  it('asks for ten unknown addresses a minute, whoever makes them up, and goes on with those it knows', async () => {
    const answers = [signerCertificate() + betweenCertificate()];
    const { keys, asked } = start(() => Promise.resolve(new Response(answers.pop() ?? 'nothing', { status: 200 })));

    await keys.find(url, now);
    for (let made = 0; made < 50; made += 1) expect(await keys.find(`${url}-${made}`, now)).toBeUndefined();
    expect(asked).toHaveLength(10);
    expect(await keys.find(url, now)).toBeDefined();
    await keys.find(`${url}-later`, new Date(now.getTime() + 60_000));
    expect(asked).toHaveLength(11);
  });

  it('says that PayPal cannot be asked, and tries again', async () => {
    const outcomes = [
      () => Promise.reject(new ProviderError('paypal', 'unavailable', { reason: 'network' })),
      () => Promise.resolve(new Response('', { status: 503 })),
      () => Promise.resolve(new Response('', { status: 404 })),
    ];
    const { keys } = start(() => (outcomes.shift() ?? (() => Promise.resolve(new Response(signerCertificate() + betweenCertificate()))))());

    await expect(keys.find(url, now)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(keys.find(url, now)).rejects.toMatchObject({ code: 'unavailable', reason: 'certificate' });
    expect(await keys.find(url, now)).toBeUndefined();
    expect(await keys.find(url, now)).toBeDefined();
  });

  it('trusts the authorities that Node.js trusts', async () => {
    expect(trustedAuthorities().some(({ subject }) => subject.includes('DigiCert'))).toBe(true);
    const outbound = { fetch: () => () => Promise.resolve(new Response(signerCertificate() + betweenCertificate())) };

    expect(await paypalKeys({ baseUrl: undefined, outbound }).find(url, now)).toBeUndefined();
  });
});
