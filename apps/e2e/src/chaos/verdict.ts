import type { FarEnd, ReadWebhook } from '@patchbay/local-stack';
import type { KnownBooking, PublicationRecord } from './record.js';

/** What the comparison of promises and ledgers came to. Each list names bookings or events. */
export interface Verdict {
  /** Promised, and not (or not rightly) at the far end. */
  readonly lost: readonly string[];
  /** Made more than once. */
  readonly doubled: readonly string[];
  /** Webhooks with a false signature, or one announcement under two ids. */
  readonly wrongWebhooks: readonly string[];
  readonly deliveries: number;
  /** Deliveries of a webhook that had arrived before. */
  readonly repeats: number;
}

const things = { meeting: 'meeting', event: 'calendar event' } as const;

/** Compares what was acknowledged with what the providers and the receiver have. */
export function judge(record: PublicationRecord, farEnd: FarEnd): Verdict {
  const findings = record.bookings.filter((booking) => booking.acknowledged.length > 0).map((booking) => judgeBooking(booking, farEnd));
  const webhooks = farEnd.webhooks();
  return {
    lost: findings.flatMap(({ lost }) => lost),
    doubled: findings.flatMap(({ doubled }) => doubled),
    wrongWebhooks: [...falseSignatures(webhooks), ...findings.flatMap(({ wrongWebhooks }) => wrongWebhooks)],
    deliveries: webhooks.length,
    repeats: webhooks.length - new Set(webhooks.map((webhook) => webhook.webhook_id)).size,
  };
}

type Finding = Pick<Verdict, 'lost' | 'doubled' | 'wrongWebhooks'>;

function judgeBooking(booking: KnownBooking, farEnd: FarEnd): Finding {
  const lost: string[] = [];
  const doubled: string[] = [];
  for (const kind of ['meeting', 'event'] as const) {
    const creations = farEnd.creationsOf(kind, booking.title);
    if (creations > 1) doubled.push(`${booking.id}: ${creations} times a ${things[kind]} was made`);
    lost.push(...misplaced(booking, kind, farEnd));
  }
  const webhooks = farEnd.webhooksOf(booking.id).filter((webhook) => webhook.verified === true);
  const ids = new Set(webhooks.map((webhook) => webhook.webhook_id));
  for (const event of booking.acknowledged) if (!ids.has(event.id)) lost.push(`${booking.id}: no webhook of ${event.type} ${event.id}`);
  const wrongWebhooks: string[] = [];
  for (const type of ['meeting_link_created', 'calendar_event_created']) {
    const announced = new Set(webhooks.filter((webhook) => webhook.type === type).map((webhook) => webhook.webhook_id)).size;
    // A booking that was cancelled early may never have had either.
    if (announced === 0 && booking.startsAt !== null) lost.push(`${booking.id}: no webhook of ${type}`);
    if (announced > 1) wrongWebhooks.push(`${booking.id}: ${type} announced under ${announced} ids`);
  }
  return { lost, doubled, wrongWebhooks };
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

const falseSignatures = (webhooks: readonly ReadWebhook[]): readonly string[] =>
  webhooks.filter((webhook) => webhook.verified !== true).map((webhook) => `${webhook.type} ${webhook.webhook_id}: ${webhook.reason}`);
