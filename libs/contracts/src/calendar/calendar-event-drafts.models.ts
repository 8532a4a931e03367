import { z } from 'zod';
import { timeZone } from '../time-zone.js';
import { attendeeResponses, eventVisibilities, reminderMethods } from './calendar-events.models.js';

// A line end or another control character in a title would be a new line of somebody's calendar file.
const line = z.string().regex(/^[^\p{Cc}]*$/u, 'must not contain control characters');
const text = z.string().regex(/^[^\p{Cc}]*(?:[\t\r\n][^\p{Cc}]*)*$/u, 'must not contain control characters');

const time = z
  .union([z.iso.datetime({ offset: true, local: true }), z.iso.date()])
  .describe(
    'RFC 3339 with an offset, such as `2027-03-01T10:00:00+01:00`; without one it is read on the clock of `time_zone`. Or a day: `2027-03-01`.',
  );

const recurrenceText = z.string().max(20_000);
const ruleValue = z.union([z.string().max(1_000), z.number(), z.array(z.union([z.string().max(100), z.number()])).max(400)]);

/** How an event repeats, in any of the ways in which people write it. */
export const recurrenceInput = z
  .union([recurrenceText, z.array(z.string().max(20_000)).max(50), z.record(z.string().max(20), ruleValue)])
  .nullable()
  .describe(
    'Text such as `RRULE:FREQ=WEEKLY;BYDAY=MO` or `FREQ=WEEKLY;BYDAY=MO`, a list of `RRULE`, `RDATE` and `EXDATE` lines, or an object: `{"FREQ": "WEEKLY", "BYDAY": ["MO"], "COUNT": 10}`. Null, and what is empty, is once.',
  );

const fields = {
  title: line.max(1_000),
  start_time: time,
  end_time: time.describe('The first moment, or day, after it; written as `start_time` is.'),
  time_zone: timeZone.nullable().describe('What the times are read in. Left out: that of the calendar. Null: the same on the clock wherever one is.'),
  is_all_day: z.boolean().describe('Need not be said: whoever sends days means whole ones.'),
  attendees: z
    .array(
      z.strictObject({
        email: z.email().max(320),
        name: line.max(200).nullable().optional(),
        optional: z.boolean().optional().describe('May stay away.'),
        response: z.enum(attendeeResponses).optional().describe('Is passed over: guests answer for themselves.'),
      }),
    )
    .max(500),
  location: text.max(1_000),
  description: text.max(8_000),
  recurrence: recurrenceInput,
  reminders: z
    .array(z.strictObject({ method: z.enum(reminderMethods), minutes_before: z.int().min(0).max(40_320) }))
    .max(5)
    .nullable()
    .describe('Null: those that the calendar has by default.'),
  is_free: z.boolean().describe('True: its owner can be booked all the same.'),
  visibility: z.enum(eventVisibilities),
  conference: z
    .union([z.strictObject({ create: z.literal(true) }), z.strictObject({ join_url: z.url({ protocol: /^https?$/ }).max(2_000) })])
    .nullable()
    .describe('`{"create": true}` makes a meeting of the provider; `{"join_url": …}` says where else it takes place; null: nowhere online.'),
};

interface Times {
  readonly start_time?: string | undefined;
  readonly end_time?: string | undefined;
  readonly time_zone?: string | null | undefined;
  readonly is_all_day?: boolean | undefined;
}

// What is said of clocks before and after is a guess, and no calendar goes on for ever.
const firstYear = 1900;
const lastYear = 2199;
const isInOurTimes = (written: string): boolean => Number(written.slice(0, 4)) >= firstYear && Number(written.slice(0, 4)) <= lastYear;

const isDay = (written: string): boolean => written.length === 10;
const hasOffset = (written: string): boolean => /(?:Z|[+-]\d{2}:\d{2})$/.test(written);

/** What is wrong with the times of an event, by the field that is at fault; null when nothing is. */
export function timesFault({
  start_time: start,
  end_time: end,
  time_zone: zone,
  is_all_day: isAllDay,
}: Times): readonly [keyof Times, string] | null {
  if ((start === undefined) !== (end === undefined)) return [start === undefined ? 'start_time' : 'end_time', 'goes together with the other time'];
  if (start === undefined || end === undefined) {
    if (zone !== undefined) return ['time_zone', 'goes together with start_time and end_time'];
    return isAllDay === undefined ? null : ['is_all_day', 'goes together with start_time and end_time'];
  }
  const strange = (['start_time', 'end_time'] as const).find((name) => !isInOurTimes(name === 'start_time' ? start : end));
  if (strange !== undefined) return [strange, `must be between the years ${firstYear} and ${lastYear}`];
  if (isDay(start) !== isDay(end)) return ['end_time', 'must be written as start_time is'];
  if (isAllDay !== undefined && isAllDay !== isDay(start)) return ['is_all_day', 'does not go with start_time'];
  if (isDay(start)) return start < end ? null : ['end_time', 'must be after start_time'];
  if (hasOffset(start) !== hasOffset(end)) return ['end_time', 'must be written as start_time is'];
  if (zone === null && hasOffset(start)) return ['time_zone', 'goes with times without an offset when it is null'];
  return Date.parse(asMoment(start)) < Date.parse(asMoment(end)) ? null : ['end_time', 'must be after start_time'];
}

// Times on one clock are in their order also when it is read as another.
const asMoment = (written: string): string => (hasOffset(written) ? written : `${written}Z`);

/** A check of {@link timesFault}. */
export const checkEventTimes = ({ value, issues }: z.core.ParsePayload<Times>): void => {
  const fault = timesFault(value);
  if (fault !== null) issues.push({ code: 'custom', input: value, path: [fault[0]], message: fault[1] });
};

/** The fields of a new event. */
export const eventDraftFields = {
  ...fields,
  time_zone: fields.time_zone.optional(),
  is_all_day: fields.is_all_day.optional(),
  attendees: fields.attendees.default([]),
  location: fields.location.default(''),
  description: fields.description.default(''),
  recurrence: fields.recurrence.default(null),
  reminders: fields.reminders.default(null),
  is_free: fields.is_free.default(false),
  visibility: fields.visibility.default('default'),
  conference: fields.conference.default(null),
};
/** The fields of a change; what is left out stays. */
export const eventChangeFields = z.object(fields).partial().shape;

/** A new event. */
export const eventDraft = z.strictObject(eventDraftFields).check(checkEventTimes);
/** A new event. */
export type EventDraftInput = z.output<typeof eventDraft>;
/** What shall be other about an event; what is left out stays. */
export const eventChange = z.strictObject(eventChangeFields).check(checkEventTimes);
/** What shall be other about an event; what is left out stays. */
export type EventChangeInput = z.output<typeof eventChange>;
