import { createHash } from 'node:crypto';
import type { CredentialsCapability } from '@patchbay/capabilities';
import { z } from 'zod';
import { secretField } from '../_kit/credential-fields.js';
import { filled } from '../_kit/credential-schemas.js';
import { readHead, type IcsApi } from './ics.feed.js';

const addressLengthMax = 4_000;

/** `webcal:` is calendar programs' word for "subscribe to this"; behind it is the web. */
const withHttps = (text: string): string => (/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text.replace(/^webcals?:/i, 'https:') : `https://${text}`);

const isFeedAddress = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hostname } = new URL(text);
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '' && hostname !== '';
};

const withoutFragment = (text: string): string => {
  const url = new URL(text);
  url.hash = '';
  return url.href;
};

/** What a person fills in; most addresses of feeds have a secret in them. */
export const icsForm = z.strictObject({
  url: filled('the address of the feed')
    .max(addressLengthMax, 'is too long')
    .transform(withHttps)
    .refine(isFeedAddress, 'must be an address such as https://calendar.example.com/private-0123/basic.ics, without a user name in it')
    .transform(withoutFragment),
});

/** A feed, opened by whoever knows its address. */
export const icsCredentials = (api: IcsApi): CredentialsCapability => ({
  // Not shown as an address: whoever reads it off the screen can read the calendar.
  form: [
    secretField({
      name: 'url',
      label: 'Address of the feed',
      help: 'Begins with https:// or webcal:// and often ends with .ics. Google calls it the secret address in iCal format.',
    }),
  ],
  schema: icsForm,
  check: async (credentials, accountId) => {
    const { url } = icsForm.parse(credentials);
    const { name } = await readHead(api, { url, accountId }, 'not_found');
    return { id: feedIdOf(url), email: null, name: name ?? new URL(url).hostname };
  },
});

/**
 * Tells one feed from another without telling its address; of that, only the host is shown. Google can give a calendar a new secret address, which
 * must not make it another feed: the part in which it stands is left out.
 * https://support.google.com/calendar/answer/37648#zippy=%2Creset-private-links-for-your-google-calendar
 */
const feedIdOf = (address: string): string => {
  const url = new URL(address);
  url.pathname = url.pathname.replace(/(\/calendar\/ical\/[^/]+\/private)-[^/]+\//, '$1/');
  return `${url.host}/${createHash('sha256').update(url.href).digest('base64url').slice(0, 32)}`;
};
