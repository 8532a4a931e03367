import { createHash } from 'node:crypto';
import { AppError } from '@patchbay/contracts';
import { z } from 'zod';

/** What a list was asked for: a place in one means nothing in another. */
export interface EventQuestion {
  readonly calendar: string;
  readonly from: string;
  readonly to: string;
  readonly text: string | null;
  readonly attendee: string | null;
}

const place = z.tuple([z.string(), z.string()]);

/** Where a list goes on, with what it was asked for. */
export const cursorOf = (question: EventQuestion, cursor: string): string =>
  Buffer.from(JSON.stringify([fingerprintOf(question), cursor])).toString('base64url');

/** The provider's own cursor. @throws AppError `request_invalid` when it is none of ours, or of another question */
export function cursorIn(question: EventQuestion, cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  const parsed = place.safeParse(jsonIn(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (!parsed.success || parsed.data[0] !== fingerprintOf(question)) throw new AppError('request_invalid', { cursor: 'is not one of this list' });
  return parsed.data[1];
}

const fingerprintOf = (question: EventQuestion): string => {
  const { calendar, from, to, text, attendee } = question;
  return createHash('sha256')
    .update(JSON.stringify([calendar, from, to, text, attendee]))
    .digest('base64url')
    .slice(0, 16);
};

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
