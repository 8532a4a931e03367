import type { CalendarTime } from '@patchbay/capabilities';
import { dateText, dateTimeText, readTime } from './calendar-times.js';
import type { CalendarComponent } from './calendar-tree.js';

/** A line of a component, taken apart. */
export interface CalendarProperty {
  /** In upper case. */
  readonly name: string;
  /** By their names in upper case, without quotes; of several values the whole list. */
  readonly parameters: Readonly<Record<string, string>>;
  /** As it is written: texts are still escaped. */
  readonly value: string;
}

/** Takes a line apart. What is quoted may have any character in it. https://www.rfc-editor.org/rfc/rfc5545#section-3.1 */
export function readProperty(line: string): CalendarProperty {
  const colon = valueAt(line);
  const [name = '', ...parameters] = pieces(line.slice(0, colon));
  const read = parameters.map((parameter) => {
    const equals = parameter.indexOf('=');
    return [parameter.slice(0, equals).trim().toUpperCase(), decoded(parameter.slice(equals + 1).replaceAll('"', ''))] as const;
  });
  return { name: name.trim().toUpperCase(), parameters: Object.fromEntries(read), value: line.slice(colon + 1) };
}

/** The first colon that is not quoted. */
function valueAt(line: string): number {
  let isQuoted = false;
  for (let at = 0; at < line.length; at += 1) {
    if (line[at] === '"') isQuoted = !isQuoted;
    else if (line[at] === ':' && !isQuoted) return at;
  }
  return line.length;
}

function pieces(text: string): readonly string[] {
  const found: string[] = [];
  let isQuoted = false;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '"') isQuoted = !isQuoted;
    else if (text[at] === ';' && !isQuoted) {
      found.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...found, text.slice(from)];
}

/** https://www.rfc-editor.org/rfc/rfc6868#section-3 */
const carets: Readonly<Record<string, string>> = { '^n': '\n', "^'": '"', '^^': '^' };
const decoded = (text: string): string => text.replaceAll(/\^[n'^]/g, (found) => carets[found] ?? found);

/** The properties of a component with a name, in their order. */
export const propertiesNamed = (component: CalendarComponent, name: string): readonly CalendarProperty[] =>
  component.lines.filter((line) => isNamed(line, name)).map(readProperty);

/** The first property of a component with a name. */
export function propertyNamed(component: CalendarComponent, name: string): CalendarProperty | undefined {
  const line = component.lines.find((candidate) => isNamed(candidate, name));
  return line === undefined ? undefined : readProperty(line);
}

/** What people read in a property of a component; empty where there is none. */
export const textNamed = (component: CalendarComponent, name: string): string => textOfValue(propertyNamed(component, name)?.value ?? '');

/** https://www.rfc-editor.org/rfc/rfc5545#section-3.3.11 */
export const textOfValue = (value: string): string =>
  value.replaceAll(/\\([\\;,nN])/g, (_found, escaped: string) => (escaped.toLowerCase() === 'n' ? '\n' : escaped));

/** True for a line of the property. */
export const isNamed = (line: string, name: string): boolean =>
  line.slice(0, name.length).toUpperCase() === name && /^[;:]/.test(line.slice(name.length));

/** The same component with other lines for a property, where its first one stood. Without lines the property goes. */
export function withProperty<Component extends CalendarComponent>(component: Component, name: string, lines: readonly string[]): Component {
  const at = component.lines.findIndex((line) => isNamed(line, name));
  const kept = component.lines.filter((line) => !isNamed(line, name));
  return { ...component, lines: at === -1 ? [...kept, ...lines] : [...kept.slice(0, at), ...lines, ...kept.slice(at)] };
}

/**
 * A text as it can be written into a calendar and read out of it again: with ends of line of one kind, without what no XML can carry.
 * https://www.rfc-editor.org/rfc/rfc4791#section-9.6
 */
export const writableText = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F\uFFFE\uFFFF]/g, '');

/** A line with a text that people read: whatever is in it stays within the value. */
export const textLine = (name: string, text: string): string =>
  `${name}:${writableText(text)
    .replaceAll(/[\\;,]/g, String.raw`\$&`)
    .replaceAll('\n', String.raw`\n`)}`;

/** A line with a value that is no text, such as an address: it cannot break out of the line. */
export function valueLine(name: string, value: string, parameters: Readonly<Record<string, string>> = {}): string {
  const written = Object.entries(parameters).map(([parameter, text]) => `;${parameter}=${parameterText(text)}`);
  return `${name}${written.join('')}:${oneLine(value).trim()}`;
}

const oneLine = (text: string): string => writableText(text).replaceAll(/[\n\t]+/g, ' ');

/** https://www.rfc-editor.org/rfc/rfc6868#section-3.1 */
function parameterText(text: string): string {
  const safe = writableText(text).replaceAll('^', '^^').replaceAll('\n', '^n').replaceAll('"', "^'");
  return /[:;,\s]/.test(safe) ? `"${safe}"` : safe;
}

/** A line with a time: with the zone that it is read in, or in UTC. */
export const timeLine = (name: string, time: CalendarTime): string => `${name}${zoneParameter(time)}:${basicTime(time)}`;

/** The parameter that says how {@link basicTime} is meant. */
function zoneParameter(time: CalendarTime): string {
  if ('date' in time) return ';VALUE=DATE';
  return time.timeZone === null || isUtc(time.timeZone) ? '' : `;TZID=${time.timeZone}`;
}

/** `20261121`, `20261121T100000`, `20261121T090000Z` */
export function basicTime(time: CalendarTime): string {
  const { wall, isDate, timeZone } = readTime(time);
  if (isDate) return dateText(wall).replaceAll('-', '');
  const basic = dateTimeText(wall).replaceAll(/[-:]/g, '');
  return timeZone !== null && isUtc(timeZone) ? `${basic}Z` : basic;
}

/** True for the zone that needs no definition. */
const isUtc = (timeZone: string): boolean => /^(Etc\/)?(UTC|UCT|Zulu|Universal)$/i.test(timeZone);
