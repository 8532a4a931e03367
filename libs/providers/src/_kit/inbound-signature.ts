import { inboundToleranceMs, type InboundAnswer, type InboundVerdict } from '@patchbay/capabilities';
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** A message authentication code in hex, over its parts one behind the other. */
export const hexMac = (algorithm: 'sha1' | 'sha256' | 'sha384' | 'sha512', secret: string, ...parts: readonly (string | Buffer)[]): string =>
  parts.reduce((mac, part) => mac.update(part), createHmac(algorithm, secret)).digest('hex');

/** Compares in a time that tells nothing but the length, which is no secret. */
export const isSameText = (given: string, expected: string): boolean => {
  const [ours, theirs] = [Buffer.from(expected), Buffer.from(given)];
  return ours.length === theirs.length && timingSafeEqual(ours, theirs);
};

/** Bytes in base64, spelled in the one way that is right; undefined otherwise. Node.js takes any text and reads what it can of it. */
export const bytesInBase64 = (text: string): Buffer | undefined => {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : undefined;
};

/** Tells bodies apart where the provider gives its notices no id. */
export const digestOf = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex').slice(0, 40);

/** A verdict on what is not the provider's. The word is for metrics. */
export const refused = (reason: string): InboundVerdict => ({ kind: 'refused', reason });

/** The word for a time that is too far from ours, in either direction. */
export const faultOfTime = (
  signedAt: number,
  now: Date,
  toleranceMs = inboundToleranceMs,
): 'too_old' | 'from_the_future' | 'malformed' | undefined => {
  if (!Number.isFinite(signedAt)) return 'malformed';
  if (signedAt < now.getTime() - toleranceMs) return 'too_old';
  return signedAt > now.getTime() + inboundToleranceMs ? 'from_the_future' : undefined;
};

/** Seconds since 1970 as a header tells them. Nothing but digits is one: `1e9` and `+5` are other texts for the same signature. */
export const secondsOf = (text: string): number => (/^\d{1,12}$/.test(text) ? Number(text) * 1_000 : Number.NaN);

/** A body that was found to be signed, or undefined when it is not what was expected. */
export const jsonOf = <Schema extends z.ZodType>(body: Buffer | string, schema: Schema): z.output<Schema> | undefined => {
  try {
    return schema.safeParse(JSON.parse(body.toString('utf8'))).data;
  } catch {
    return undefined;
  }
};

/** A provider's word or id, short enough to be shown and to be part of a key. */
export const inboundWord = z.string().regex(/^[^\0]{1,100}$/);

/** Never taken for a page: what is echoed came from outside. */
export const textAnswer = (body: string, status = 200): InboundAnswer => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
  body,
});

/** An answer in JSON. */
export const jsonAnswer = (body: object): InboundAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(body),
});

/** The values of a variable that takes several, separated by commas: secrets of several endpoints, or the old one and the new one. */
export const valuesOf = (variable: string): readonly string[] =>
  variable
    .split(',')
    .map((value) => value.trim())
    .filter((value) => value !== '');
