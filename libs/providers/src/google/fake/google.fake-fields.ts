import { isJsonObject } from '../../_kit/fake-http.js';

/** Fields by name, each with those below it; null takes everything below. */
type Selection = ReadonlyMap<string, Selection | null>;

/**
 * What is left of an answer when `fields` was asked for; null when that cannot be read.
 * https://developers.google.com/workspace/calendar/api/guides/performance#partial-response
 */
export const partialAnswer = (answer: object, fields: string | null): object | null => {
  if (fields === null) return answer;
  const tokens = fields.match(/[\w*]+|[(),/]/g) ?? [];
  if (tokens.join('') !== fields) return null;
  const selection = selectionIn(tokens);
  return selection === null || tokens.length > 0 ? null : (selected(answer, selection) as object);
};

/** Reads `name`, `name/name` and `name(…)`, separated by commas, up to what does not belong to it. Uses the tokens up. */
const selectionIn = (tokens: string[]): Selection | null => {
  const selection = new Map<string, Selection | null>();
  for (;;) {
    const field = fieldIn(tokens);
    if (field === null) return null;
    selection.set(field.name, field.below);
    if (tokens[0] !== ',') return selection;
    tokens.shift();
  }
};

const fieldIn = (tokens: string[]): { readonly name: string; readonly below: Selection | null } | null => {
  const name = tokens.shift();
  if (name === undefined || !/^\w+$/.test(name)) return null;
  if (tokens[0] === '/') {
    tokens.shift();
    const next = fieldIn(tokens);
    return next === null ? null : { name, below: new Map([[next.name, next.below]]) };
  }
  if (tokens[0] !== '(') return { name, below: null };
  tokens.shift();
  const below = selectionIn(tokens);
  return below === null || tokens.shift() !== ')' ? null : { name, below };
};

const selected = (value: unknown, selection: Selection): unknown => {
  if (Array.isArray(value)) return value.map((entry) => selected(entry, selection));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    [...selection].flatMap(([name, below]) => {
      const inner = value[name];
      if (inner === undefined) return [];
      return [[name, below === null ? inner : selected(inner, below)]];
    }),
  );
};
