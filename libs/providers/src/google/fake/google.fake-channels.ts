import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { FakeLedger, FakeRequest, FakeResponse } from '../../_kit/fake.js';
import { isCallableAddress, type FakeCallbacks } from '../../_kit/fake-callbacks.js';
import { emptyAnswer, jsonAnswer, jsonObjectOf } from '../../_kit/fake-http.js';
import type { StoredCalendar } from '../google.fake-calendars.js';
import { googleFailures } from '../google.fake-errors.js';

interface Channel {
  readonly id: string;
  readonly resourceId: string;
  readonly resourceUri: string;
  readonly token: string | undefined;
  readonly address: string;
  readonly expiresMs: number;
  readonly email: string;
  readonly calendarId: string;
  /** Grows with every notice, also with those that are lost. */
  messages: number;
}

/** A call about channels, by somebody who may make it. */
interface ChannelCall {
  readonly request: FakeRequest;
  readonly email: string;
}

/** The channels by which Google tells that something in a calendar has changed. */
export interface GoogleChannels {
  /** `POST …/events/watch` */
  watch(call: ChannelCall, calendar: StoredCalendar): FakeResponse;
  /** `POST /channels/stop` */
  stop(call: ChannelCall): FakeResponse;
  /** Something in a calendar is other than it was. */
  notify(calendar: StoredCalendar): void;
  /** Channels die and nobody is told: those of an account, or all of them. */
  drop(email?: string): void;
  /** The notices of an account are lost on their way, or no longer. */
  mute(email: string, isMuted: boolean): void;
  /** No address is taken, as if nobody had verified its domain, or they are again. */
  refuseAddresses(areRefused: boolean): void;
  /** Until everybody was told. */
  idle(): Promise<void>;
  /** How many of an account are open. */
  openOf(email: string): number;
  reset(): void;
}

/** What channels work with. */
export interface GoogleChannelParts {
  readonly now: () => Date;
  readonly ledger: FakeLedger;
  readonly callbacks: FakeCallbacks;
}

// What Google takes, and for how long. https://developers.google.com/workspace/calendar/api/v3/reference/events/watch
const wantedChannel = z.object({
  id: z.string().regex(/^[\w+/=-]{1,64}$/),
  type: z.enum(['web_hook', 'webhook']),
  address: z.string(),
  token: z.string().max(256).optional(),
  expiration: z.coerce.number().int().optional(),
});
const weekMs = 7 * 86_400_000;

/** Channels of every account. */
export const createGoogleChannels = (parts: GoogleChannelParts): GoogleChannels => new Channels(parts);

class Channels implements GoogleChannels {
  private readonly channels = new Map<string, Channel>();
  private readonly muted = new Set<string>();
  private areAddressesRefused = false;

  constructor(private readonly parts: GoogleChannelParts) {}

  watch({ request, email }: ChannelCall, calendar: StoredCalendar): FakeResponse {
    const wanted = wantedChannel.safeParse(jsonObjectOf(request));
    if (!wanted.success) return googleFailures.required('Required');
    const { id, address, token, expiration } = wanted.data;
    if (!isCallableAddress(address)) return googleFailures.notHttps(address);
    if (this.areAddressesRefused) return googleFailures.addressRefused(address);
    // Google tells nothing of public holidays and birthdays.
    if (calendar.id.endsWith('@group.v.calendar.google.com')) return googleFailures.notWatchable();
    if (this.live(id) !== undefined) return googleFailures.channelIdNotUnique(id);
    const nowMs = this.parts.now().getTime();
    const expiresMs = Math.min(expiration ?? nowMs + weekMs, nowMs + weekMs);
    if (expiresMs <= nowMs) return googleFailures.invalid('Invalid Value');
    const resourceUri = `${request.baseUrl}/calendar/v3/calendars/${encodeURIComponent(calendar.id)}/events?alt=json`;
    const resourceId = createHash('sha256').update(`${email} ${calendar.id}`).digest('base64url').slice(0, 27);
    const place = { email, calendarId: calendar.id, resourceId, resourceUri };
    const channel: Channel = { id, address, token, expiresMs, ...place, messages: 0 };
    this.channels.set(id, channel);
    this.record('channel.opened', channel);
    this.tell(channel, 'sync');
    const shown = token === undefined ? {} : { token };
    return jsonAnswer(200, { kind: 'api#channel', id, resourceId, resourceUri, ...shown, expiration: String(expiresMs) });
  }

  stop({ request, email }: ChannelCall): FakeResponse {
    const { id, resourceId } = jsonObjectOf(request) ?? {};
    if (typeof id !== 'string' || typeof resourceId !== 'string') return googleFailures.required('Required');
    const channel = this.live(id);
    if (channel === undefined || channel.email !== email || channel.resourceId !== resourceId) return googleFailures.channelNotFound(id);
    this.channels.delete(id);
    this.record('channel.closed', channel);
    return emptyAnswer();
  }

  notify({ email, id }: StoredCalendar): void {
    for (const channel of this.channels.values()) if (channel.email === email && channel.calendarId === id) this.tell(channel, 'exists');
  }

  drop(email?: string): void {
    for (const channel of this.channels.values()) if (email === undefined || channel.email === email) this.channels.delete(channel.id);
  }

  mute(email: string, isMuted: boolean): void {
    if (isMuted) this.muted.add(email);
    else this.muted.delete(email);
  }

  refuseAddresses(areRefused: boolean): void {
    this.areAddressesRefused = areRefused;
  }

  idle(): Promise<void> {
    return this.parts.callbacks.idle();
  }

  openOf(email: string): number {
    return [...this.channels.keys()].filter((id) => this.live(id)?.email === email).length;
  }

  reset(): void {
    this.channels.clear();
    this.muted.clear();
    this.areAddressesRefused = false;
    this.parts.callbacks.forget();
  }

  /** A channel that has not ended. */
  private live(id: string): Channel | undefined {
    const channel = this.channels.get(id);
    if (channel === undefined || channel.expiresMs > this.parts.now().getTime()) return channel;
    this.channels.delete(id);
    return undefined;
  }

  private tell(channel: Channel, state: 'sync' | 'exists'): void {
    if (this.live(channel.id) === undefined) return;
    channel.messages += 1;
    if (this.muted.has(channel.email)) return;
    const headers = {
      'x-goog-channel-id': channel.id,
      'x-goog-channel-expiration': new Date(channel.expiresMs).toUTCString(),
      'x-goog-resource-id': channel.resourceId,
      'x-goog-resource-uri': channel.resourceUri,
      'x-goog-resource-state': state,
      'x-goog-message-number': String(channel.messages),
      ...(channel.token === undefined ? {} : { 'x-goog-channel-token': channel.token }),
    };
    this.parts.callbacks.send(channel.id, { address: channel.address, headers, body: '' });
  }

  private record(kind: string, { id, email, calendarId, expiresMs }: Channel): void {
    const details = { calendar_id: calendarId, expires_at: new Date(expiresMs).toISOString() };
    this.parts.ledger.record({ provider: 'google', kind, id, key: id, account: email, details });
  }
}
