import { bookingCreated, meetingLinkCreated, meetingLinkOmitted } from '@patchbay/contracts';
import { dueAt, linkAfter, linkOf, otherLinkAfter, type LinkEvent, type LinkState } from './link-state.js';

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

describe('the link of whoever organises a booking', () => {
  const own = { link_url: 'https://zoom.us/j/1', link_is_omitted: false, link_order: '1' };
  const other = otherLinkAfter(null, linked('b', '2026-11-21T11:00:00Z', 'https://zoom.us/j/2'));
  const row = { ...own, user_id: 'u1', other_link: other };

  it.each([
    ['stays while they do', 'u1', own],
    [
      'is what was told of it before they did',
      ids.user_id,
      { link_url: 'https://zoom.us/j/2', link_is_omitted: false, link_order: other?.link_order },
    ],
    ['is not known of somebody new', 'u3', unknown],
  ])('%s', (_what, organizerId, link) => {
    expect(linkOf(row, organizerId)).toEqual(link);
  });

  it('is the newest that was told', () => {
    expect(otherLinkAfter(other, omitted('a', '2026-11-21T10:00:00Z'))).toBeNull();
    expect(otherLinkAfter(other, omitted('c', '2026-11-21T12:00:00Z'))).toMatchObject({
      user_id: ids.user_id,
      link_url: null,
      link_is_omitted: true,
    });
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
