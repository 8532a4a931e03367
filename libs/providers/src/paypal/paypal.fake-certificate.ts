import { randomBytes, sign, type KeyObject } from 'node:crypto';

/** What a certificate says, and who says it. */
export interface FakeCertificate {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly issuer: string;
  readonly issuerKey: KeyObject;
  /** May issue others. */
  readonly isAuthority?: boolean;
  readonly validFrom?: Date;
  readonly validTo?: Date;
}

/** An X.509 certificate: Node.js reads them and makes none. https://www.rfc-editor.org/rfc/rfc5280#section-4.1 */
export const makeCertificate = (certificate: FakeCertificate): string => {
  const { subject, issuer, issuerKey, publicKey, isAuthority = false } = certificate;
  const { validFrom = new Date('2020-01-01T00:00:00Z'), validTo = new Date('2049-01-01T00:00:00Z') } = certificate;
  const algorithm = sequence(...(issuerKey.asymmetricKeyType === 'ec' ? [oid.ecdsaWithSha256] : [oid.sha256WithRsa, der(0x05)]));
  const unsigned = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    nameOf(issuer),
    sequence(timeOf(validFrom), timeOf(validTo)),
    nameOf(subject),
    publicKey.export({ format: 'der', type: 'spki' }),
    der(0xa3, sequence(sequence(oid.basicConstraints, der(0x04, sequence(...(isAuthority ? [der(0x01, Buffer.from([0xff]))] : [])))))),
  );
  const signed = sequence(unsigned, algorithm, der(0x03, Buffer.from([0]), sign('sha256', unsigned, issuerKey)));
  const lines = signed.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
};

const der = (tag: number, ...contents: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(contents);
  const { length } = content;
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
};

const sequence = (...contents: readonly Buffer[]): Buffer => der(0x30, ...contents);

const oidOf = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const oid = {
  commonName: oidOf('550403'),
  basicConstraints: oidOf('551d13'),
  sha256WithRsa: oidOf('2a864886f70d01010b'),
  ecdsaWithSha256: oidOf('2a8648ce3d040302'),
} as const;

const nameOf = (commonName: string): Buffer => sequence(der(0x31, sequence(oid.commonName, der(0x0c, Buffer.from(commonName)))));

/** UTCTime, which ends with the year 2049. */
const timeOf = (time: Date): Buffer => der(0x17, Buffer.from(time.toISOString().replace(/^..|[-:T]|\.\d+/g, '')));
