import { ProviderError } from '@patchbay/capabilities';

/** As rules write the days of a week, which begins on Monday. */
export const weekdays = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;

const partNames = ['FREQ', 'INTERVAL', 'COUNT', 'UNTIL', 'WKST', 'BYMONTH', 'BYMONTHDAY', 'BYDAY', 'BYSETPOS'] as const;

/** A part of a rule that Graph may have words for. */
export type RulePart = (typeof partNames)[number];

/** A rule by its parts. */
export type RuleParts = ReadonlyMap<RulePart, string>;

/** One time of an `EXDATE`. */
export interface ExceptedTime {
  /** `20270301`, `20270301T100000` or `20270301T090000Z`. */
  readonly value: string;
  /** Of its line, as it is written there. */
  readonly timeZone: string | null;
}

/** The lines of a series. */
export interface RecurrenceLines {
  /** The value of its only `RRULE`; null for a single event. */
  readonly rule: string | null;
  readonly excepted: readonly ExceptedTime[];
}

/** What Graph cannot say is refused: another series than the wanted one would be worse than none. */
export const unsupportedRecurrence = (): ProviderError => new ProviderError('outlook', 'invalid_request', { reason: 'recurrence_unsupported' });

/** More occurrences that are left out from the beginning than anybody writes down; each costs two requests. */
const exceptedMax = 50;

/** Takes the lines apart. @throws ProviderError `invalid_request` for more than one rule, and for `RDATE` and `EXRULE`, which Graph does not know */
export const readRecurrenceLines = (lines: readonly string[]): RecurrenceLines => {
  const rules: string[] = [];
  const excepted: ExceptedTime[] = [];
  for (const line of lines) {
    // Names of zones have colons; no time and no rule has one.
    const colon = line.lastIndexOf(':');
    const [name = ''] = line.slice(0, colon).trim().toUpperCase().split(';');
    const value = line.slice(colon + 1).trim();
    if (name === 'RRULE') rules.push(value);
    else if (name === 'EXDATE') excepted.push(...value.split(',').map((entry) => ({ value: entry.trim(), timeZone: zoneIn(line.slice(0, colon)) })));
    else throw unsupportedRecurrence();
  }
  if (rules.length > 1 || (rules.length === 0 && excepted.length > 0) || excepted.length > exceptedMax) throw unsupportedRecurrence();
  return { rule: rules[0] ?? null, excepted };
};

const zoneIn = (parameters: string): string | null => /;TZID="?([^";]+)"?/i.exec(parameters)?.[1] ?? null;

/**
 * A rule by its parts; null when it has one that Graph has no word for. https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10
 */
export const ruleParts = (rule: string): RuleParts | null => {
  const parts = new Map<RulePart, string>();
  for (const text of rule.toUpperCase().split(';').filter(Boolean)) {
    const [written = '', value = ''] = text.split('=').map((side) => side.trim());
    const name = partNames.find((known) => known === written);
    if (name === undefined || value === '' || parts.has(name)) return null;
    parts.set(name, value);
  }
  const isWhole = ['INTERVAL', 'COUNT'].every((name) => /^[1-9]\d{0,4}$/.test(parts.get(name as RulePart) ?? '1'));
  return isWhole && !(parts.has('COUNT') && parts.has('UNTIL')) ? parts : null;
};
