/** Stands where something secret was. */
const hidden = '[hidden]';

/** A body as it may be shown. */
export interface ShownBody {
  readonly bytes: Buffer;
  readonly isRedacted: boolean;
}

/**
 * Takes secret fields out of a body: of JSON at any depth, of a form by their name. A body that is neither is not shown at all, because nobody knows where the
 * secret stands in it.
 *
 * @param fields A dot leads into an object, `*` to each element of a list.
 */
export function shownBody(body: Buffer, contentType: string, fields: readonly string[]): ShownBody {
  if (fields.length === 0) return { bytes: body, isRedacted: false };
  const shown = contentType.startsWith('application/x-www-form-urlencoded') ? shownForm(body, fields) : shownJson(body, fields);
  return { bytes: Buffer.from(shown), isRedacted: true };
}

function shownForm(body: Buffer, fields: readonly string[]): string {
  const form = [...new URLSearchParams(body.toString('utf8'))];
  return new URLSearchParams(form.map(([name, value]): [string, string] => [name, fields.includes(name) ? hidden : value])).toString();
}

function shownJson(body: Buffer, fields: readonly string[]): string {
  try {
    const paths = fields.map((field) => field.split('.'));
    return JSON.stringify(paths.reduce<unknown>(without, JSON.parse(body.toString('utf8'))));
  } catch {
    return '';
  }
}

function without(value: unknown, path: readonly string[]): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return hidden;
  if (Array.isArray(value)) return step === '*' ? value.map((one: unknown) => without(one, rest)) : value;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]: [string, unknown]) => [name, name === step ? without(inner, rest) : inner]));
}
