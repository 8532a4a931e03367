import type { FarEnd } from '@patchbay/local-stack';
import type { KnownBooking, PublicationRecord } from './record.js';

/** What a receiver noted about one webhook. */
export interface HeardWebhook {
  readonly webhook_id: string;
  readonly type: string;
  readonly verified: boolean | null;
  readonly reason: string;
  readonly body: string;
}

/** The books of a receiver. */
export interface WebhookLedger {
  webhooks(): readonly HeardWebhook[];
  webhooksOf(bookingId: string): readonly HeardWebhook[];
}

/** A receiver that does not behave, and whose bookings it is told of. */
export interface HabitualLedger {
  readonly name: string;
  readonly ledger: WebhookLedger;
  readonly userIds: readonly string[];
}

/** What the comparison of promises and ledgers came to. Each list names bookings or events. */
export interface Verdict {
  /** Promised, and not (or not rightly) at the far end. */
  readonly lost: readonly string[];
  /** Made more than once. */
  readonly doubled: readonly string[];
  /** Webhooks with a false signature, one announcement under two ids, or one id for two announcements. */
  readonly wrongWebhooks: readonly string[];
  readonly deliveries: number;
  /** Deliveries of a webhook that had arrived before. */
  readonly repeats: number;
  /** What receivers with habits got. Their repeats are of their own making, and counted here. */
  readonly habitual: { readonly deliveries: number; readonly repeats: number; readonly lost: readonly string[] };
}

const things = { meeting: 'meeting', event: 'calendar event' } as const;

/** Compares what was acknowledged with what the providers and the receivers have. */
export function judge(record: PublicationRecord, farEnd: FarEnd, habitual: readonly HabitualLedger[] = []): Verdict {
  const promised = record.bookings.filter((booking) => booking.acknowledged.length > 0);
  const made = promised.map((booking) => judgeThings(booking, farEnd));
  const usual = judgeLedger(promised, farEnd);
  const unusual = habitual.map(({ name, ledger, userIds }) =>
    prefixed(
      name,
      judgeLedger(
        promised.filter((booking) => userIds.includes(booking.userId)),
        ledger,
      ),
    ),
  );
  return {
    lost: [...made.flatMap(({ lost }) => lost), ...usual.lost, ...unusual.flatMap(({ lost }) => lost)],
    doubled: made.flatMap(({ doubled }) => doubled),
    wrongWebhooks: [usual, ...unusual].flatMap(({ wrongWebhooks }) => wrongWebhooks),
    deliveries: usual.deliveries,
    repeats: usual.repeats,
    habitual: {
      deliveries: sumOf(unusual.map(({ deliveries }) => deliveries)),
      repeats: sumOf(unusual.map(({ repeats }) => repeats)),
      lost: unusual.flatMap(({ lost }) => lost),
    },
  };
}

function judgeThings(booking: KnownBooking, farEnd: FarEnd): Pick<Verdict, 'lost' | 'doubled'> {
  const lost: string[] = [];
  const doubled: string[] = [];
  for (const kind of ['meeting', 'event'] as const) {
    const creations = farEnd.creationsOf(kind, booking.title);
    if (creations > 1) doubled.push(`${booking.id}: ${creations} times a ${things[kind]} was made`);
    lost.push(...misplaced(booking, kind, farEnd));
  }
  return { lost, doubled };
}

/** What is wrong with where a booking's meeting or calendar event stands. */
function misplaced(booking: KnownBooking, kind: 'meeting' | 'event', farEnd: FarEnd): readonly string[] {
  const live = farEnd.titled(kind, booking.title).filter((thing) => !thing.isDeleted);
  const wanted = booking.startsAt === null ? 0 : 1;
  if (live.length !== wanted) return [`${booking.id}: ${live.length} live ${things[kind]}s instead of ${wanted}`];
  const [thing] = live;
  if (thing === undefined) return [];
  if (thing.startsAt !== booking.startsAt) return [`${booking.id}: ${things[kind]} at ${new Date(thing.startsAt).toISOString()}`];
  const [meeting] = farEnd.titled('meeting', booking.title).filter(({ isDeleted }) => !isDeleted);
  const hasLink = kind === 'meeting' || (meeting !== undefined && thing.location.includes(meeting.id));
  return hasLink ? [] : [`${booking.id}: calendar event without the link of its meeting`];
}

type LedgerVerdict = Pick<Verdict, 'lost' | 'wrongWebhooks' | 'deliveries' | 'repeats'>;

function judgeLedger(bookings: readonly KnownBooking[], ledger: WebhookLedger): LedgerVerdict {
  const webhooks = ledger.webhooks();
  const findings = bookings.map((booking) => judgeWebhooks(booking, ledger));
  return {
    lost: findings.flatMap(({ lost }) => lost),
    wrongWebhooks: [...falseSignatures(webhooks), ...changedContents(webhooks), ...findings.flatMap(({ wrongWebhooks }) => wrongWebhooks)],
    deliveries: webhooks.length,
    repeats: webhooks.length - new Set(webhooks.map((webhook) => webhook.webhook_id)).size,
  };
}

function judgeWebhooks(booking: KnownBooking, ledger: WebhookLedger): Pick<Verdict, 'lost' | 'wrongWebhooks'> {
  const webhooks = ledger.webhooksOf(booking.id).filter((webhook) => webhook.verified === true);
  const idsOf = (type: string): ReadonlySet<string> =>
    new Set(webhooks.filter((webhook) => webhook.type === type).map((webhook) => webhook.webhook_id));
  const lost = booking.acknowledged
    .filter((event) => !idsOf(event.type).has(event.id))
    .map((event) => `${booking.id}: no webhook of ${event.type} ${event.id}`);
  const wrongWebhooks: string[] = [];
  for (const type of ['meeting_link_created', 'calendar_event_created', 'booking_created', 'booking_rescheduled', 'booking_cancelled']) {
    const announced = idsOf(type).size;
    // A booking that was cancelled early may never have had either.
    if (announced === 0 && booking.startsAt !== null && !type.startsWith('booking_')) lost.push(`${booking.id}: no webhook of ${type}`);
    if (announced > 1) wrongWebhooks.push(`${booking.id}: ${type} announced under ${announced} ids`);
  }
  return { lost, wrongWebhooks };
}

const falseSignatures = (webhooks: readonly HeardWebhook[]): readonly string[] =>
  webhooks.filter((webhook) => webhook.verified !== true).map((webhook) => `${webhook.type} ${webhook.webhook_id}: ${webhook.reason}`);

/** A receiver keeps an id once; what a repeat says otherwise would never be read. */
function changedContents(webhooks: readonly HeardWebhook[]): readonly string[] {
  const bodies = new Map<string, string>();
  return webhooks.flatMap(({ webhook_id: id, type, body }) => {
    const first = bodies.get(id) ?? body;
    bodies.set(id, first);
    return first === body ? [] : [`${type} ${id}: repeated with another content`];
  });
}

const prefixed = (name: string, verdict: LedgerVerdict): LedgerVerdict => ({
  ...verdict,
  lost: verdict.lost.map((finding) => `a receiver that ${name}: ${finding}`),
  wrongWebhooks: verdict.wrongWebhooks.map((finding) => `a receiver that ${name}: ${finding}`),
});

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);
