import { aBooking, cancelled, created, FarEnd, rescheduled, type BookingData, type SandboxControl } from '@patchbay/local-stack';
import { PublicationRecord } from './record.js';
import { judge } from './verdict.js';

const hour = 3_600_000;
const startsAt = Date.parse('2030-05-01T10:00:00Z');
const data: BookingData = aBooking({ id: 'b1', title: 'Demo b1', userId: '0198f2a4-0000-7000-8000-000000000001', startsAt });
const secondStart = startsAt + hour;

/** A far end that tells of the given effects, in this order. */
const farEndWith = async (
  effects: readonly { kind: string; id: string; at?: number; link?: string }[],
  webhooks: readonly object[],
): Promise<FarEnd> => {
  const entries = effects.map(({ kind, id, at = startsAt, link = 'https://zoom.test/j/m1' }, index) => {
    const iso = new Date(at).toISOString();
    const details = kind.startsWith('meeting')
      ? { topic: data.title, start_time: iso }
      : { summary: data.title, start: { dateTime: iso }, location: link, attendees: [] };
    return { sequence: index + 1, provider: '', kind, id, key: '', account: '', at: '', details };
  });
  const received = webhooks.map((webhook, index) => ({
    sequence: index + 1,
    verified: true,
    reason: '',
    attempt: 1,
    received_at: '',
    body: JSON.stringify({ data: { booking_id: data.booking_id } }),
    ...webhook,
  }));
  const farEnd = new FarEnd({ ledgerAfter: async () => entries, webhooksAfter: async () => received } as unknown as SandboxControl, 'r');
  await farEnd.refresh();
  return farEnd;
};

describe('the comparison of promises and ledgers', () => {
  const booked = created(data);
  const moved = rescheduled(data, hour);
  const ended = cancelled(data);
  const recordOf = (...events: readonly (typeof booked)[]): PublicationRecord => {
    const record = new PublicationRecord();
    const booking = record.begin(data);
    for (const event of events) record.acknowledge(booking, event);
    return record;
  };
  const made = [
    { kind: 'meeting.created', id: 'm1' },
    { kind: 'event.created', id: 'e1' },
  ];
  const told = [
    { type: 'booking_created', webhook_id: booked.id },
    { type: 'meeting_link_created', webhook_id: 'w1' },
    { type: 'calendar_event_created', webhook_id: 'w2' },
  ];

  it('finds nothing wrong where everything arrived once', async () => {
    expect(judge(recordOf(booked), await farEndWith(made, told))).toEqual({
      lost: [],
      doubled: [],
      wrongWebhooks: [],
      deliveries: 3,
      repeats: 0,
      habitual: { deliveries: 0, repeats: 0, lost: [] },
    });
  });

  it('asks nothing of a booking that was never acknowledged', async () => {
    expect(judge(recordOf(), await farEndWith([], [])).lost).toEqual([]);
  });

  it.each([
    ['a meeting', made.slice(1), told, 'live meetings instead of 1'],
    ['a calendar event', made.slice(0, 1), told, 'live calendar events instead of 1'],
    ['the webhook of the booking', made, told.slice(1), 'no webhook of booking_created'],
    ['the webhook of the link', made, [told[0], told[2]], 'no webhook of meeting_link_created'],
  ])('misses %s', async (_, effects, webhooks, finding) => {
    expect(judge(recordOf(booked), await farEndWith(effects, webhooks as readonly object[])).lost.join()).toContain(finding);
  });

  it('misses a link in a calendar event', async () => {
    const effects = [made[0], { kind: 'event.created', id: 'e1', link: '' }] as typeof made;

    expect(judge(recordOf(booked), await farEndWith(effects, told)).lost).toEqual(['b1: calendar event without the link of its meeting']);
  });

  it('sees a meeting that was made twice, also when one of them is gone again', async () => {
    const effects = [...made, { kind: 'meeting.created', id: 'm2' }, { kind: 'meeting.deleted', id: 'm2' }];

    expect(judge(recordOf(booked), await farEndWith(effects, told)).doubled).toEqual(['b1: 2 times a meeting was made']);
  });

  it('wants a moved booking at its new time', async () => {
    const webhooks = [...told, { type: 'booking_rescheduled', webhook_id: moved.id }];
    const atNewTime = [
      { kind: 'meeting.changed', id: 'm1', at: secondStart },
      { kind: 'event.changed', id: 'e1', at: secondStart },
    ];

    expect(judge(recordOf(booked, moved), await farEndWith(made, webhooks)).lost).toHaveLength(2);
    expect(judge(recordOf(booked, moved), await farEndWith([...made, ...atNewTime], webhooks)).lost).toEqual([]);
  });

  it('wants a cancelled booking gone', async () => {
    const webhooks = [...told, { type: 'booking_cancelled', webhook_id: ended.id }];
    const gone = [
      { kind: 'meeting.deleted', id: 'm1' },
      { kind: 'event.deleted', id: 'e1' },
    ];

    expect(judge(recordOf(booked, ended), await farEndWith(made, webhooks)).lost).toHaveLength(2);
    expect(judge(recordOf(booked, ended), await farEndWith([...made, ...gone], webhooks)).lost).toEqual([]);
  });

  it('counts repeats and names announcements under two ids and false signatures', async () => {
    const webhooks = [
      ...told,
      told[0],
      { type: 'meeting_link_created', webhook_id: 'w9' },
      { type: 'x', webhook_id: 'w8', verified: false, reason: 'forged' },
    ];
    const { repeats, deliveries, wrongWebhooks } = judge(recordOf(booked), await farEndWith(made, webhooks as readonly object[]));

    expect([repeats, deliveries]).toEqual([1, 6]);
    expect(wrongWebhooks).toEqual(['x w8: forged', 'b1: meeting_link_created announced under 2 ids']);
  });

  it('sees a repeat that says something else', async () => {
    const webhooks = [...told, { ...told[0], body: JSON.stringify({ data: { booking_id: data.booking_id, title: 'other' } }) }];
    const { wrongWebhooks } = judge(recordOf(booked), await farEndWith(made, webhooks as readonly object[]));

    expect(wrongWebhooks).toEqual([`booking_created ${booked.id}: repeated with another content`]);
  });

  describe('at a receiver with a habit', () => {
    const odd = async (webhooks: readonly object[], userIds = [data.organizer.user_id]) => [
      { name: 'drops', ledger: await farEndWith([], webhooks), userIds },
    ];
    const judged = async (ledgers: Awaited<ReturnType<typeof odd>>) => judge(recordOf(booked), await farEndWith(made, told), ledgers);

    it('misses what never arrived', async () => {
      const { lost, habitual } = await judged(await odd(told.slice(1)));

      expect(lost).toEqual([`a receiver that drops: b1: no webhook of booking_created ${booked.id}`]);
      expect(habitual.lost).toEqual(lost);
    });

    it('counts repeats apart', async () => {
      const { repeats, lost, habitual } = await judged(await odd([...told, told[0], told[1]] as readonly object[]));

      expect([repeats, lost, habitual]).toEqual([0, [], { deliveries: 5, repeats: 2, lost: [] }]);
    });

    it('wants one id for one event all the same', async () => {
      const { wrongWebhooks } = await judged(await odd([...told, { type: 'booking_created', webhook_id: 'another' }]));

      expect(wrongWebhooks).toEqual(['a receiver that drops: b1: booking_created announced under 2 ids']);
    });

    it('asks for nothing of people who have no endpoint there', async () => {
      expect((await judged(await odd([], []))).lost).toEqual([]);
    });
  });
});
