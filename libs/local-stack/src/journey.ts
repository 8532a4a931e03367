import { PatchbayClient } from '@patchbay/api-client';
import { createWebhookEndpoint, deleteWebhookEndpoint, getMe, listActivity, publishEvents, type Activity } from '@patchbay/contracts';
import { randomBytes } from 'node:crypto';
import { fetch } from 'undici';
import { calendarAccountReady, connectAccount, videoAccountReady } from './journey-accounts.js';
import {
  aBooking,
  cancelled,
  created,
  hours,
  publishStraightToNats,
  rescheduled,
  type BookingData,
  type PublishedEvent,
} from './journey-bookings.js';
import { FarEnd, type RemoteThing } from './journey-far-end.js';
import { SandboxControl } from './journey-sandbox.js';
import { eventually, messageOf, NotYet } from './journey-waiting.js';

/** A running Patchbay, and whom to travel as. */
export interface JourneyOptions {
  readonly gatewayUrl: string;
  readonly sandboxUrl: string;
  readonly natsUrl: string;
  /** Access token of a person who may connect accounts. */
  readonly userToken: string;
  readonly serviceApiKey: string;
  /** Receives one line for each step. */
  readonly log: (line: string) => void;
}

/**
 * Takes two bookings the whole way: accounts connected, booked over HTTP and straight over NATS, a Zoom meeting, a calendar event with its
 * link, signed webhooks, moved, cancelled, and every step in the activity log. Leaves no endpoint behind; may run any number of times.
 *
 * @throws Error naming the step that missed and what was seen instead.
 */
export async function runJourney(options: JourneyOptions): Promise<void> {
  const startedAt = performance.now();
  const journey = new Journey(options);
  try {
    await journey.connect();
    const first = await journey.bookOverHttp();
    const second = await journey.bookOverNats();
    await journey.reschedule(first);
    await journey.cancel(first);
    await journey.readActivity(first, second);
  } catch (error) {
    // Why it broke is worth more than whether the endpoint could be removed.
    await journey.cleanUp().catch(() => undefined);
    throw error;
  }
  await journey.cleanUp();
  options.log(`The whole journey took ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);
}

type Booked = BookingData & { readonly title: string };

const followedBy = ['booking_created', 'meeting_link_created', 'calendar_event_created'] as const;

class Journey {
  readonly #run = randomBytes(3).toString('hex');
  readonly #receiver = `journey-${this.#run}`;
  readonly #sandbox: SandboxControl;
  readonly #farEnd: FarEnd;
  readonly #user: PatchbayClient;
  readonly #product: PatchbayClient;
  #userId = '';
  #endpointId: string | null = null;

  constructor(private readonly options: JourneyOptions) {
    const { gatewayUrl, sandboxUrl, userToken, serviceApiKey } = options;
    this.#sandbox = new SandboxControl(sandboxUrl);
    this.#farEnd = new FarEnd(this.#sandbox, this.#receiver);
    this.#user = new PatchbayClient({ baseUrl: gatewayUrl, token: userToken, fetch });
    this.#product = new PatchbayClient({ baseUrl: gatewayUrl, token: serviceApiKey, fetch });
  }

  async connect(): Promise<void> {
    const me = await this.#step('Who am I', () => this.#user.call(getMe, {}));
    this.#userId = me.id;
    const email = me.email ?? 'olivia.organiser@example.com';
    const at = { client: this.#user, gatewayUrl: this.options.gatewayUrl, sandbox: this.#sandbox };
    const google = await this.#step('Google connected', () => connectAccount(at, { provider: 'google', type: 'calendar', email }));
    const zoom = await this.#step('Zoom connected', () => connectAccount(at, { provider: 'zoom', type: 'video', email }));
    await this.#step('Calendar account has a calendar', () => calendarAccountReady(this.#user, google));
    await this.#step('Video account is there', () => videoAccountReady(this.#user, zoom));
    await this.#step('Webhook endpoint added', () => this.#addEndpoint());
  }

  async bookOverHttp(): Promise<Booked> {
    const booking = this.#booking('http', 48);
    const event = created(booking);
    await this.#step('booking_created over HTTP: accepted', () => this.#publish(event, 'accepted'));
    await this.#step('the same once more: known already', () => this.#publish(event, 'duplicate'));
    await this.#arrives(booking, event);
    return booking;
  }

  async bookOverNats(): Promise<Booked> {
    const booking = this.#booking('nats', 72);
    const event = created(booking);
    await this.#step('booking_created straight over NATS: stored', () => publishStraightToNats(this.options.natsUrl, event));
    await this.#arrives(booking, event);
    return booking;
  }

  async reschedule(booking: Booked): Promise<void> {
    const event = rescheduled(booking, hours(2));
    const startsAt = Date.parse(booking.start_time) + hours(2);
    await this.#step('booking_rescheduled: accepted', () => this.#publish(event, 'accepted'));
    for (const kind of ['meeting', 'event'] as const) {
      await this.#step(`${nameOf[kind]} moved`, () => this.#thing(kind, booking, (thing) => !thing.isDeleted && thing.startsAt === startsAt));
    }
    await this.#step('Signed webhook for it', () => this.#webhooks(booking, { booking_rescheduled: event.id }));
  }

  async cancel(booking: Booked): Promise<void> {
    const event = cancelled(booking);
    await this.#step('booking_cancelled: accepted', () => this.#publish(event, 'accepted'));
    for (const kind of ['meeting', 'event'] as const) {
      await this.#step(`${nameOf[kind]} removed`, () => this.#thing(kind, booking, (thing) => thing.isDeleted));
    }
    await this.#step('Signed webhook for it', () => this.#webhooks(booking, { booking_cancelled: event.id }));
  }

  async readActivity(first: Booked, second: Booked): Promise<void> {
    const makes = ['video_link_created', 'calendar_event_created', 'webhook_sent'];
    await this.#step('Activity log: one trace through all that the first booking set off', () => this.#oneTrace(first, makes));
    await this.#step('… the second booking', () => this.#oneTrace(second, makes));
    await this.#step('… the new time', () => this.#oneTrace(first, ['video_link_updated', 'calendar_event_updated']));
    await this.#step('… the cancellation', () => this.#oneTrace(first, ['video_link_deleted', 'calendar_event_deleted']));
  }

  async cleanUp(): Promise<void> {
    const id = this.#endpointId;
    if (id === null) return;
    this.#endpointId = null;
    await this.#step('Webhook endpoint removed', () => this.#user.call(deleteWebhookEndpoint, { id }));
  }

  async #addEndpoint(): Promise<void> {
    // The receiver knows the secret first, so that it can judge the very first webhook.
    const secret = `whsec_${randomBytes(32).toString('base64')}`;
    await this.#sandbox.registerReceiver(this.#receiver, secret);
    const { id } = await this.#user.call(createWebhookEndpoint, {
      name: `Journey ${this.#run}`,
      webhook_url: `${this.options.sandboxUrl}/receiver/${this.#receiver}`,
      events: ['booking_*', 'meeting_link_*', 'calendar_event_*'],
      secret_key: secret,
    });
    this.#endpointId = id;
  }

  #booking(way: string, inHours: number): Booked {
    // On the minute: providers keep no smaller times.
    const startsAt = Math.ceil((Date.now() + hours(inHours)) / 60_000) * 60_000;
    const id = `journey-${this.#run}-${way}`;
    return aBooking({ id, title: `Product demo (${id})`, userId: this.#userId, startsAt });
  }

  async #publish(event: PublishedEvent, expected: 'accepted' | 'duplicate'): Promise<void> {
    const { items } = await this.#product.call(publishEvents, event);
    const [item] = items;
    if (items.length !== 1 || item?.id !== event.id || item.status !== expected)
      throw new Error(`expected ${expected}, got ${JSON.stringify(items)}`);
  }

  async #arrives(booking: Booked, event: PublishedEvent): Promise<void> {
    const startsAt = Date.parse(booking.start_time);
    const stands = (thing: RemoteThing): boolean => !thing.isDeleted && thing.startsAt === startsAt;
    const guests = booking.attendees.map(({ email }) => email);
    const meeting = await this.#step('Zoom meeting made', () => this.#thing('meeting', booking, stands));
    await this.#step('Google event with its link and attendees', () =>
      this.#thing('event', booking, (thing) => {
        const hasGuests = guests.every((email) => thing.attendees.includes(email));
        return stands(thing) && hasGuests && thing.location.includes(meeting.id);
      }),
    );
    await this.#step(`Signed webhooks: ${followedBy.join(', ')}`, () =>
      this.#webhooks(booking, { booking_created: event.id, meeting_link_created: null, calendar_event_created: null }),
    );
  }

  #thing(kind: 'meeting' | 'event', { title }: Booked, isAsWanted: (thing: RemoteThing) => boolean): Promise<RemoteThing> {
    return eventually(nameOf[kind], async () => {
      await this.#farEnd.refresh();
      const things = this.#farEnd.titled(kind, title);
      const [thing] = things;
      if (things.length > 1) throw new NotYet(`${things.length} of them: ${JSON.stringify(things)}`);
      if (thing === undefined || !isAsWanted(thing)) throw new NotYet(thing === undefined ? 'none' : JSON.stringify(thing));
      return thing;
    });
  }

  /** Wants a verified webhook of every type; with a given id where one is named, because the event's id is the webhook's. */
  #webhooks({ booking_id: bookingId }: Booked, wanted: Readonly<Record<string, string | null>>): Promise<void> {
    return eventually('verified webhooks', async () => {
      await this.#farEnd.refresh();
      const got = this.#farEnd.webhooksOf(bookingId);
      const isThere = ([type, id]: readonly [string, string | null]): boolean =>
        got.some((webhook) => webhook.verified === true && webhook.type === type && (id === null || webhook.webhook_id === id));
      const missing = Object.entries(wanted).filter((entry) => !isThere(entry));
      const seen = got.map(({ type, verified, reason }) => `${type} (${verified === true ? 'verified' : reason})`);
      if (missing.length > 0) throw new NotYet(`${seen.join(', ') || 'nothing'}; missing ${missing.map(([type]) => type).join(', ')}`);
    });
  }

  #oneTrace({ booking_id: booking }: Booked, logTypes: readonly string[]): Promise<void> {
    return eventually(`one trace with ${logTypes.join(', ')}`, async () => {
      const { items } = await this.#user.call(listActivity, { booking, success: true, limit: 200 });
      const traces = new Map<string | null, readonly Activity[]>();
      for (const item of items) traces.set(item.trace_id, [...(traces.get(item.trace_id) ?? []), item]);
      const isWhole = (trace: string | null): boolean => logTypes.every((type) => traces.get(trace)?.some((item) => item.log_type === type));
      const seen = [...traces].map(([trace, steps]) => `${trace}: ${steps.map((step) => step.log_type).join(', ')}`);
      if (![...traces.keys()].some((trace) => trace !== null && isWhole(trace))) throw new NotYet(seen.join(' | ') || 'no activity');
    });
  }

  async #step<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const startedAt = performance.now();
    try {
      const result = await work();
      this.options.log(`  ✓ ${name.padEnd(78)}${(performance.now() - startedAt).toFixed(0).padStart(6)} ms`);
      return result;
    } catch (error) {
      throw new Error(`The journey broke at "${name}": ${messageOf(error)}`, { cause: error });
    }
  }
}

const nameOf = { meeting: 'Zoom meeting', event: 'Google event' } as const;
