/** How long each of {@link hostileTexts} is: far more than anything needs. */
const length = 50_000;
const filled = (piece: string, end = ''): string => piece.repeat(Math.ceil(length / piece.length)).slice(0, length - end.length) + end;

/**
 * Texts that are hard on patterns that look back: long runs of what nearly fits, with something at the end that does not. Whatever a caller can say must be
 * judged within a moment of each.
 */
export const hostileTexts: readonly (readonly [string, string])[] = [
  ['letters', filled('a', '!')],
  ['letters in between', filled('ab', '\n')],
  ['digits', filled('0', 'x')],
  ['digits and dots', filled('1.')],
  ['spaces', filled(' ', 'x')],
  ['tabs', filled('\t', '\u0000')],
  ['line breaks', filled('\r\n')],
  ['stars', filled('*')],
  ['stars and letters', filled('*a', 'b')],
  ['underscores', filled('_a', '*!')],
  ['percents', filled('%_')],
  ['backslashes', filled('\\')],
  ['quotes', filled('"\'')],
  ['dashes', filled('-')],
  ['slashes', filled('/')],
  ['at signs', filled('a@')],
  ['dots', filled('a.')],
  ['an address', `http://${filled('a.')}`],
  ['an address with a name', `http://${filled('a', '@')}`],
  ['an address of digits', `http://${filled('0x7f.')}`],
  ['a path that goes up', `https://example.com/${filled('../')}`],
  ['a time', `2026-01-01T00:00:00.${filled('0')}`],
  ['a time zone', `Europe/${filled('A/')}`],
  ['base64', filled('A', '=')],
  ['a secret', `whsec_${filled('A', '!')}`],
  ['a token', `eyJ${filled('a.')}`],
  ['a trace', `00-${filled('0')}-01`],
  ['half an emoji', filled('\ud83d')],
  ['marks on a letter', filled('a\u0301')],
  ['what grows in capitals', filled('\u0130\u00df')],
  ['brackets', filled('[(')],
  ['commas', filled(',;')],
];
