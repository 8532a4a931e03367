import { z } from 'zod';

/** More names than there are zones: whoever makes names up does not fill the memory. */
const namesMax = 2_000;
const found = new Map<string, string | null>();

/**
 * The name of a time zone as the IANA database spells it; null for what is none. `Intl` takes more than that: offsets such as `+01:00`, and short names such as
 * `IST`, each for one of the zones that it may mean. No calendar takes those. https://data.iana.org/time-zones/theory.html#naming
 */
export const ianaTimeZone = (name: string): string | null => {
  const known = found.get(name);
  if (known !== undefined) return known;
  const zone = find(name);
  if (found.size >= namesMax) found.clear();
  if (name.length <= lengthMax) found.set(name, zone);
  return zone;
};

const lengthMax = 100;

/** An IANA time zone name, such as `Europe/Berlin`; kept as the database spells it. */
export const timeZone = z
  .string()
  .min(1)
  .max(lengthMax)
  .refine((name) => ianaTimeZone(name) !== null, 'must be an IANA time zone, such as Europe/Berlin')
  .overwrite((name) => ianaTimeZone(name) ?? name);

/** All of three letters that are in the database. */
const shortNames = new Set(['CET', 'EET', 'EST', 'GMT', 'HST', 'MET', 'MST', 'PRC', 'ROC', 'ROK', 'UCT', 'UTC', 'WET']);

const find = (name: string): string | null => {
  if (!/^[a-z][\w+/-]*$/i.test(name) || /^SystemV\//i.test(name)) return null;
  if (/^[a-z]{3}$/i.test(name) && !shortNames.has(name.toUpperCase())) return null;
  const main = mainNameOf(name);
  // A name that is another's stays what it is: whoever wrote it reads it again.
  return main === null || main.toLowerCase() === name.toLowerCase() || !isSpelledOut(name) ? main : name;
};

/** The name that `Intl` knows the zone by; which one that is of several is not the same everywhere. */
const mainNameOf = (name: string): string | null => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
};

/** Whether a name looks as those of the database do. */
const isSpelledOut = (name: string): boolean => {
  const parts = name.split('/');
  return parts.every((part) => /^[A-Z]/.test(part) && (parts.length === 1 || /[a-z]/.test(part) || /^(?:US|UTC|UCT|GMT[+\-\d]*)$/.test(part)));
};
