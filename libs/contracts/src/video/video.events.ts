import { z } from 'zod';
import { defineEvent } from '../definitions/define-event.js';

const data = z.object({
  user_id: z.uuid(),
  booking_id: z.string(),
  connection_id: z.uuid(),
  provider: z.string(),
  /** The meeting's id at the provider. */
  meeting_id: z.string(),
});
const example = {
  user_id: '0198f2a4-0000-7000-8000-000000000001',
  booking_id: 'bk_1042',
  connection_id: '0198f2a4-0000-7000-8000-0000000000d1',
  provider: 'zoom',
  meeting_id: '85746065',
};
const ownedByUser = (event: { user_id: string }): string => event.user_id;

/** A booking has a meeting; attendees join at `join_url`. */
export const meetingLinkCreated = defineEvent({
  type: 'meeting_link_created',
  version: 1,
  audience: 'public',
  producer: 'video',
  consumers: ['calendar'],
  summary: 'A booking has a meeting; attendees join at `join_url`.',
  data: data.extend({ join_url: z.url() }),
  owner: ownedByUser,
  examples: [{ ...example, join_url: 'https://zoom.us/j/85746065' }],
});

/** The meeting of a booking moved with it. The link stays as it was. */
export const meetingLinkUpdated = defineEvent({
  type: 'meeting_link_updated',
  version: 1,
  audience: 'public',
  producer: 'video',
  consumers: [],
  summary: 'The meeting of a booking moved with it. The link stays as it was.',
  data: data.extend({ join_url: z.url() }),
  owner: ownedByUser,
  examples: [{ ...example, join_url: 'https://zoom.us/j/85746065' }],
});

/** The meeting of a cancelled booking is gone. */
export const meetingLinkDeleted = defineEvent({
  type: 'meeting_link_deleted',
  version: 1,
  audience: 'public',
  producer: 'video',
  consumers: [],
  summary: 'The meeting of a cancelled booking is gone.',
  data,
  owner: ownedByUser,
  examples: [example],
});

/** No meeting will be made for a booking, so nobody needs to wait for a link. */
export const meetingLinkOmitted = defineEvent({
  type: 'meeting_link_omitted',
  version: 1,
  audience: 'internal',
  producer: 'video',
  consumers: ['calendar'],
  summary: 'No meeting will be made for a booking, so nobody needs to wait for a link.',
  data: z.object({ user_id: z.uuid(), booking_id: z.string(), reason: z.enum(['not_wanted', 'no_account']) }),
  owner: ownedByUser,
  examples: [{ user_id: example.user_id, booking_id: example.booking_id, reason: 'no_account' }],
});
