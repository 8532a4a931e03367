import type { Meeting, MeetingPlan } from '@patchbay/capabilities';
import { z } from 'zod';

const meetingFields = {
  id: z.union([z.number(), z.string().min(1)]).transform(String),
  join_url: z.url(),
};

/** @see https://developers.zoom.us/docs/api/meetings/#tag/meetings/POST/users/{userId}/meetings */
export const zoomMeeting = z.object(meetingFields);

/** @see https://developers.zoom.us/docs/api/meetings/#tag/meetings/GET/users/{userId}/meetings */
export const zoomMeetingList = z.object({
  // Some kinds of meetings are listed without a link; those are not ours.
  meetings: z.array(z.object({ id: meetingFields.id, agenda: z.string().default(''), join_url: meetingFields.join_url.optional() })).default([]),
  next_page_token: z.string().default(''),
});

/** A page of meetings as Zoom lists them. */
export type ZoomMeetingList = z.output<typeof zoomMeetingList>;

/** A meeting for Zoom. */
export interface ZoomMeetingBody {
  readonly topic: string;
  readonly type: 2;
  readonly start_time: string;
  readonly duration: number;
  readonly timezone: string;
  readonly agenda: string;
}

// https://developers.zoom.us/docs/api/meetings/#tag/meetings/POST/users/{userId}/meetings
const topicLengthMax = 200;
const agendaLengthMax = 2_000;
/** A scheduled meeting, with one time. */
const scheduled = 2;

/**
 * What the key is found by again. It stands first, because lists cut the agenda after 250 characters.
 * Zoom has no field for a caller's own id that everyone may use: tracking fields must be set up by an administrator.
 */
export const markerOf = (key: string): string => `Booking reference: ${key.toLowerCase()}`;

/** The account's own settings for waiting room, passcode and recording hold: none are sent. */
export const toZoomMeeting = (plan: MeetingPlan): ZoomMeetingBody => ({
  topic: cut(plan.title, topicLengthMax),
  type: scheduled,
  start_time: toZoomTime(plan.startTime),
  duration: Math.max(1, Math.ceil((Date.parse(plan.endTime) - Date.parse(plan.startTime)) / 60_000)),
  timezone: plan.timeZone,
  agenda: cut([markerOf(plan.key), plan.description ?? ''].filter((part) => part !== '').join('\n\n'), agendaLengthMax),
});

/** What a service keeps of a meeting. */
export const toMeeting = ({ id, join_url }: z.output<typeof zoomMeeting>): Meeting => ({ id, joinUrl: join_url });

/** The meeting with this key on a page, or null. */
export const findByKey = ({ meetings }: ZoomMeetingList, key: string): Meeting | null => {
  for (const { id, agenda, join_url } of meetings) if (join_url !== undefined && agenda.startsWith(markerOf(key))) return { id, joinUrl: join_url };
  return null;
};

/** UTC without milliseconds: with any other offset Zoom takes the digits for wall time. */
const toZoomTime = (time: string): string => `${new Date(time).toISOString().slice(0, 19)}Z`;

/** Cuts between characters, not through one: half of an emoji is not valid JSON text. */
const cut = (text: string, lengthMax: number): string => {
  if (text.length <= lengthMax) return text;
  const isSplit = /[\uD800-\uDBFF]/.test(text.charAt(lengthMax - 1));
  return text.slice(0, isSplit ? lengthMax - 1 : lengthMax);
};
