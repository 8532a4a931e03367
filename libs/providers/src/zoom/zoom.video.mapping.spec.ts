import { aMeetingPlan } from '@patchbay/capabilities/testing';
import { readZoomFailure } from './zoom.http.js';
import { findByKey, markerOf, toMeeting, toZoomMeeting, zoomMeeting, zoomMeetingList } from './zoom.video.mapping.js';

const key = '0198f2a4-0000-7000-8000-00000000000f';

describe('a meeting for Zoom', () => {
  it('has its start in UTC without milliseconds, and its length in minutes', () => {
    expect(toZoomMeeting(aMeetingPlan({ startTime: '2027-03-01T10:00:00.500+01:00', endTime: '2027-03-01T10:30:01+01:00' }))).toMatchObject({
      type: 2,
      start_time: '2027-03-01T09:00:00Z',
      duration: 31,
      timezone: 'Europe/Berlin',
    });
  });

  it('is never shorter than a minute', () => {
    expect(toZoomMeeting(aMeetingPlan({ endTime: '2027-03-01T10:00:00+01:00' })).duration).toBe(1);
  });

  it('fits into what Zoom takes, and keeps its mark in front', () => {
    const { topic, agenda } = toZoomMeeting(aMeetingPlan({ key, title: '🎉'.repeat(200), description: 'x'.repeat(8_000) }));

    expect([topic.length, agenda.length]).toEqual([200, 2_000]);
    expect(agenda.startsWith(markerOf(key))).toBe(true);
  });

  it('cuts a title between characters', () => {
    const { topic } = toZoomMeeting(aMeetingPlan({ title: `x${'🎉'.repeat(200)}` }));

    // Half of a character has no UTF-8 form.
    expect(() => encodeURIComponent(topic)).not.toThrow();
  });
});

describe('what Zoom answers', () => {
  it('becomes a meeting; ids of eleven digits are text', () => {
    expect(toMeeting(zoomMeeting.parse({ id: 85_746_065_000, join_url: 'https://zoom.us/j/85746065000', uuid: 'x' }))).toEqual({
      id: '85746065000',
      joinUrl: 'https://zoom.us/j/85746065000',
    });
  });

  it('is found by its mark, also when the list cuts the agenda', () => {
    const agenda = toZoomMeeting(aMeetingPlan({ key, description: 'x'.repeat(2_000) })).agenda.slice(0, 250);
    const page = zoomMeetingList.parse({ meetings: [{ id: 1 }, { id: 2, agenda, join_url: 'https://zoom.us/j/2' }], next_page_token: '' });

    expect(findByKey(page, key.toUpperCase())).toEqual({ id: '2', joinUrl: 'https://zoom.us/j/2' });
  });

  it('is not found by a mark that somebody quotes further down', () => {
    const page = zoomMeetingList.parse({ meetings: [{ id: 2, agenda: `see ${markerOf(key)}`, join_url: 'https://zoom.us/j/2' }] });

    expect(findByKey(page, key)).toBeNull();
  });
});

describe("Zoom's error numbers", () => {
  it.each([
    [401, 124, 'unauthorized'],
    [404, 3001, 'not_found'],
    [400, 4711, 'forbidden'],
    [400, 300, undefined],
  ])('reads HTTP %i with %i as %s', (status, code, expected) => {
    expect(readZoomFailure(status, { code, message: 'words that may quote somebody' })).toEqual({ code: expected, reason: String(code) });
  });

  it.each([undefined, null, 'oops', { message: 'no number' }])('says nothing about %j', (body) => {
    expect(readZoomFailure(502, body)).toEqual({});
  });
});
