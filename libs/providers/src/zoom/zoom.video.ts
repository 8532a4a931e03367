import { ProviderError, type AccessToken, type Meeting, type VideoCapability } from '@patchbay/capabilities';
import { pagesOf } from '../_kit/pages.js';
import { noContent, type ProviderHttp } from '../_kit/provider-http.js';
import { findByKey, toMeeting, toZoomMeeting, zoomMeeting, zoomMeetingList } from './zoom.video.mapping.js';

// Zoom caps a page of meetings at 300. https://developers.zoom.us/docs/api/meetings/#tag/meetings/GET/users/{userId}/meetings
const meetingsPerPage = '300';

const meetingsPath = '/users/{userId}/meetings';
const meetingPath = '/meetings/{meetingId}';
const me = { userId: 'me' };

/** Zoom Meetings. */
export const zoomVideo = (http: ProviderHttp): VideoCapability => ({
  findMeeting: (token, key) => findMeeting(http, token, key),
  createMeeting: async (token, plan) => {
    const call = { method: 'POST', operation: 'meetings.create', path: meetingsPath, params: me, token } as const;
    return toMeeting(await http.call({ ...call, body: toZoomMeeting(plan), schema: zoomMeeting }));
  },
  updateMeeting: async (token, meetingId, plan) => {
    const call = { method: 'PATCH', operation: 'meetings.update', path: meetingPath, params: { meetingId }, token } as const;
    await http.call({ ...call, body: toZoomMeeting(plan), schema: noContent });
  },
  deleteMeeting: async (token, meetingId) => {
    try {
      await http.call({ method: 'DELETE', operation: 'meetings.delete', path: meetingPath, params: { meetingId }, token, schema: noContent });
    } catch (error) {
      if (error instanceof ProviderError && error.code === 'not_found') return;
      throw error;
    }
  },
});

/** Through all pages: Zoom cannot search. `scheduled` also lists meetings whose time has passed, for the attempt may be old. */
const findMeeting = async (http: ProviderHttp, token: AccessToken, key: string): Promise<Meeting | null> => {
  const load = (pageToken: string | undefined) => {
    const query = { type: 'scheduled', page_size: meetingsPerPage, ...(pageToken === undefined ? {} : { next_page_token: pageToken }) };
    return http.call({ method: 'GET', operation: 'meetings.list', path: meetingsPath, params: me, query, token, schema: zoomMeetingList });
  };
  for await (const page of pagesOf({ provider: 'zoom', load, next: ({ next_page_token }) => next_page_token })) {
    const found = findByKey(page, key);
    if (found !== null) return found;
  }
  return null;
};
