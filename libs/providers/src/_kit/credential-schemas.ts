import { z } from 'zod';

/** Text that must be there. `what` names it to the person who fills in the form, such as `the bucket`. */
export const filled = (what: string): z.ZodString =>
  z
    .string({ error: `enter ${what}` })
    .trim()
    .min(1, `enter ${what}`);

/** A field that may be left empty; an empty one is kept as none. */
export const mayBeEmpty = <Schema extends z.ZodType<string, string>>(schema: Schema) =>
  z.union([z.literal('').transform((): undefined => undefined), schema]).optional();

/** An address that a person chose: http or https, without credentials in it, and without a slash at its end. A bare host is taken for https. */
export const httpAddress = (what: string): z.ZodType<string, string> =>
  filled(what)
    .transform((text) => (/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`))
    .refine((text) => isHttp(text), 'must be an address such as https://dav.example.com, without a user name in it')
    .transform((text) => {
      const { origin, pathname } = new URL(text);
      return `${origin}${pathname.replace(/\/+$/, '')}`;
    });

const isHttp = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hostname } = new URL(text);
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '' && hostname !== '';
};

/** What is kept of a form: fields that were left empty are not. */
export const withoutEmpty = (values: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
