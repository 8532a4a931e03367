import type { LedgerEntry, ReceivedWebhook, SandboxControl } from './journey-sandbox.js';

/** A meeting or a calendar event as it stands at its provider. */
export interface RemoteThing {
  readonly id: string;
  readonly title: string;
  /** Milliseconds since 1970. */
  readonly startsAt: number;
  /** Where attendees join, as far as the ledger tells: the location of a calendar event. */
  readonly location: string;
  readonly attendees: readonly string[];
  readonly isDeleted: boolean;
}

/** What a webhook carried. */
export interface WebhookContent {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A webhook and what it says. */
export type ReadWebhook = ReceivedWebhook & { readonly content: WebhookContent };

/** Meetings and calendar events by title, and webhooks by booking, read from the sandbox bit by bit. Titles tell bookings apart. */
export class FarEnd {
  readonly #things = { meeting: new Map<string, RemoteThing>(), event: new Map<string, RemoteThing>() };
  readonly #idsByTitle = { meeting: new Map<string, Set<string>>(), event: new Map<string, Set<string>>() };
  readonly #webhooks: ReadWebhook[] = [];
  readonly #webhooksByBooking = new Map<string, ReadWebhook[]>();
  readonly #creations = new Map<string, number>();
  #ledgerSequence = 0;
  #receiverSequence = 0;

  constructor(
    private readonly sandbox: SandboxControl,
    /** The receiver of the sandbox whose webhooks these are. */
    readonly receiver: string,
  ) {}

  /** Reads what is new; answers how much that was. */
  async refresh(): Promise<number> {
    const entries = await this.sandbox.ledgerAfter(this.#ledgerSequence);
    for (const entry of entries) this.#apply(entry);
    const webhooks = await this.sandbox.webhooksAfter(this.receiver, this.#receiverSequence);
    for (const webhook of webhooks) this.#keep(webhook);
    return entries.length + webhooks.length;
  }

  /** Every meeting or calendar event that ever had this title, also those that are gone. */
  titled(kind: 'meeting' | 'event', title: string): readonly RemoteThing[] {
    const ids = this.#idsByTitle[kind].get(title) ?? [];
    return [...ids].flatMap((id) => this.#things[kind].get(id) ?? []);
  }

  /** How often a thing with this title was made. More than once is what must never happen. */
  creationsOf(kind: 'meeting' | 'event', title: string): number {
    return this.#creations.get(`${kind} ${title}`) ?? 0;
  }

  webhooks(): readonly ReadWebhook[] {
    return this.#webhooks;
  }

  webhooksOf(bookingId: string): readonly ReadWebhook[] {
    return this.#webhooksByBooking.get(bookingId) ?? [];
  }

  #apply(entry: LedgerEntry): void {
    this.#ledgerSequence = Math.max(this.#ledgerSequence, entry.sequence);
    const [kind, change] = entry.kind.split('.');
    if (kind !== 'meeting' && kind !== 'event') return;
    const thing = kind === 'meeting' ? meetingOf(entry) : calendarEventOf(entry);
    this.#things[kind].set(thing.id, thing);
    const ids = this.#idsByTitle[kind].get(thing.title) ?? new Set();
    this.#idsByTitle[kind].set(thing.title, ids.add(thing.id));
    if (change === 'created') this.#creations.set(`${kind} ${thing.title}`, this.creationsOf(kind, thing.title) + 1);
  }

  #keep(received: ReceivedWebhook): void {
    this.#receiverSequence = Math.max(this.#receiverSequence, received.sequence);
    const webhook = { ...received, content: contentOf(received.body) };
    this.#webhooks.push(webhook);
    const bookingId = String(webhook.content.data['booking_id'] ?? '');
    const known = this.#webhooksByBooking.get(bookingId);
    if (known === undefined) this.#webhooksByBooking.set(bookingId, [webhook]);
    else known.push(webhook);
  }
}

const meetingOf = ({ id, kind, details }: LedgerEntry): RemoteThing => ({
  id,
  title: String(details['topic']),
  startsAt: Date.parse(String(details['start_time'])),
  location: '',
  attendees: [],
  isDeleted: kind.endsWith('.deleted'),
});

const calendarEventOf = ({ id, kind, details }: LedgerEntry): RemoteThing => {
  const start = details['start'] as { readonly dateTime?: string } | undefined;
  const attendees = (details['attendees'] ?? []) as readonly { readonly email: string }[];
  return {
    id,
    title: String(details['summary']),
    startsAt: Date.parse(start?.dateTime ?? ''),
    location: String(details['location'] ?? ''),
    attendees: attendees.map(({ email }) => email),
    isDeleted: kind.endsWith('.deleted'),
  };
};

const contentOf = (body: string): WebhookContent => {
  try {
    const { type = '', data = {} } = JSON.parse(body) as Partial<WebhookContent>;
    return { type, data };
  } catch {
    return { type: '', data: {} };
  }
};
