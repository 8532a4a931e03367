import { bookingCreated, meetingLinkCreated, meetingLinkOmitted } from '@patchbay/contracts';
import type { LinkState } from './event-row.js';
import { dueAt, linkAfter, linksAfter, type LinkEvent } from './link-state.js';

const envelope = { version: 1, tenant_id: 'default' };
const ids = { user_id: '0198f2a4-0000-7000-8000-000000000001', booking_id: 'bk_1' };
const linked = (id: string, timestamp: string, url: string): LinkEvent => ({
  ...envelope,
  id,
  timestamp,
  type: meetingLinkCreated.type,
  data: { ...ids, connection_id: '0198f2a4-0000-7000-8000-0000000000d1', provider: 'zoom', meeting_id: '1', join_url: url },
});
const omitted = (id: string, timestamp: string): LinkEvent => ({
  ...envelope,
  id,
  timestamp,
  type: meetingLinkOmitted.type,
  data: { ...ids, reason: 'no_account' },
});
const unknown: LinkState = { link_url: null, link_is_omitted: false, link_order: '' };
const after = (events: readonly LinkEvent[]): LinkState => events.reduce<LinkState>((link, event) => linkAfter(link, event) ?? link, unknown);

describe('linkAfter', () => {
  const none = omitted('a', '2026-11-21T10:00:00Z');
  const one = linked('b', '2026-11-21T11:00:00Z', 'https://zoom.us/j/1');
  const other = linked('c', '2026-11-21T12:00:00Z', 'https://zoom.us/j/2');

  it.each([
    [[none, one, other]],
    [[none, other, one]],
    [[one, none, other]],
    [[one, other, none]],
    [[other, none, one]],
    [[other, one, none]],
    [[other, other, one]],
  ])('ends in the newest link, whatever the order of arrival', (events) => {
    expect(after(events)).toMatchObject({ link_url: 'https://zoom.us/j/2', link_is_omitted: false });
  });

  it('forgets the link when it is said later that there is none', () => {
    expect(after([one, omitted('d', '2026-11-21T13:00:00Z')])).toMatchObject({ link_url: null, link_is_omitted: true });
  });
});

describe('the links of a booking that gets another organiser', () => {
  const wanted = bookingCreated.data.parse(bookingCreated.examples[0]);
  const at = (minute: number, url: string | null): LinkState => ({
    link_url: url,
    link_is_omitted: false,
    link_order: `2026-11-21T10:0${minute}:00.000Z ${minute}`,
  });
  const since = '2026-11-21T10:05:00.000Z moved e';
  const booked = { user_id: 'u1', wanted, ...at(1, 'https://zoom.us/j/1'), other_links: { u2: at(2, 'https://zoom.us/j/2'), u3: at(3, null) } };

  it('stay as they are while the organiser stays', () => {
    const { user_id: _user, wanted: _wanted, ...links } = booked;

    expect(linksAfter(booked, { organizerId: 'u1', since })).toEqual(links);
  });

  it('keep what was told of the other one, and of everybody else', () => {
    const links = linksAfter(booked, { organizerId: 'u2', since });

    expect(links).toMatchObject(at(2, 'https://zoom.us/j/2'));
    expect(links.other_links).toEqual({ u1: at(1, null), u3: at(3, null) });
  });

  it('know nothing of somebody new', () => {
    expect(linksAfter(booked, { organizerId: 'u4', since })).toMatchObject(unknown);
  });

  it.each([
    ['was told after the booking was given away, for it has come back', { ...booked, ...at(6, 'https://zoom.us/j/6') }],
    ['was told before anything else', { ...booked, ...at(6, 'https://zoom.us/j/6'), wanted: null }],
    ['was told before anything else, and earlier', { ...booked, ...at(4, 'https://zoom.us/j/6'), wanted: null }],
  ])('keep the one of the first that %s', (_what, row) => {
    expect(linksAfter(row, { organizerId: 'u2', since }).other_links['u1']).toMatchObject({ link_url: 'https://zoom.us/j/6' });
  });
});

describe('dueAt', () => {
  const now = new Date('2026-11-21T10:00:00Z');
  const grace = new Date('2026-11-21T10:00:05Z');
  const wanted = bookingCreated.data.parse(bookingCreated.examples[0]);
  const waiting = { ...unknown, wanted, is_cancelled: false, connection_id: null, link_grace_until: grace };

  it.each([
    ['waits for the link of a new booking', {}, grace],
    ['goes ahead when the grace is over', { link_grace_until: new Date('2026-11-21T09:59:00Z') }, now],
    ['goes ahead with the link', { link_url: 'https://zoom.us/j/1' }, now],
    ['goes ahead when there will be no link', { link_is_omitted: true }, now],
    ['goes ahead when no link is wanted', { wanted: { ...wanted, conferencing: 'none' } }, now],
    ['goes ahead with what may be written already', { connection_id: 'c1' }, now],
    ['goes ahead with a cancellation', { is_cancelled: true, wanted: null }, now],
    ['does nothing while only the link is known', { wanted: null, link_url: 'https://zoom.us/j/1' }, null],
  ])('%s', (_promise, change, expected) => {
    expect(dueAt({ ...waiting, ...change }, now)).toEqual(expected);
  });
});
