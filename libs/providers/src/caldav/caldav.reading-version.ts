import { createHash } from 'node:crypto';
import { calendarParserVersion } from '@patchbay/icalendar';
import type { Member } from './caldav.changes.js';

/** Finds the addresses that the calendar's owner is invited by; asked for more than once it looks once. */
export type OwnAddresses = () => Promise<readonly string[]>;

/**
 * The version of a file as it was read: what its ETag says of the text, and what else decides what the text was read as.
 *
 * @param addresses under which its owner's answer was looked for; null when that does not matter, as nobody is invited
 */
export const readingVersion = (etag: string | null, addresses: readonly string[] | null): string | null => {
  if (etag === null) return null;
  return addresses === null ? ofText(etag) : `${ofText(etag)} ${digestOf(addresses)}`;
};

/** Whether a file would be read as what is stored with the version `known`. Its owner's addresses are looked up only where they matter. */
export const isAsRead = async ({ version: etag }: Member, known: string | undefined, ownAddresses: OwnAddresses): Promise<boolean> => {
  if (etag === null || known === undefined || !known.startsWith(ofText(etag))) return false;
  return known === ofText(etag) || known === readingVersion(etag, await ownAddresses());
};

const ofText = (etag: string): string => `${etag} ${calendarParserVersion}`;

const digestOf = (addresses: readonly string[]): string =>
  createHash('sha256')
    .update(
      addresses
        .map((address) => address.toLowerCase())
        .toSorted()
        .join(' '),
    )
    .digest('base64url')
    .slice(0, 12);
