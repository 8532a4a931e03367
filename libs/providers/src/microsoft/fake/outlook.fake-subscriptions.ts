import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { FakeLedger, FakeRequest, FakeResponse } from '../../_kit/fake.js';
import { isCallableAddress, type FakeCallbacks } from '../../_kit/fake-callbacks.js';
import { emptyAnswer, jsonAnswer, jsonObjectOf, pathSegments } from '../../_kit/fake-http.js';
import { channelSituations } from '../../_kit/fake-channel-situations.js';
import { fakeSituation, type FakeSituation } from '../../_kit/fake-situation.js';
import { graphError } from '../microsoft.fake-errors.js';
import type { EventPlace, OutlookCalendars } from './outlook.fake-calendars.js';

interface Subscription {
  readonly id: string;
  readonly email: string;
  readonly calendarId: string;
  readonly resource: string;
  readonly changeType: string;
  readonly notificationUrl: string;
  readonly lifecycleNotificationUrl: string | null;
  readonly clientState: string | null;
  expiresMs: number;
}

/** What Graph tells of a subscription itself. https://learn.microsoft.com/graph/change-notifications-lifecycle-events */
const lifecycleEvents = ['reauthorizationRequired', 'subscriptionRemoved', 'missed'] as const;
type LifecycleEvent = (typeof lifecycleEvents)[number];

/** How an event is other than it was. */
export type OutlookChange = 'created' | 'updated' | 'deleted';

/** A call of Graph about subscriptions, by somebody with these permissions. */
export interface SubscriptionCall {
  readonly request: FakeRequest;
  readonly email: string;
  readonly scopes: readonly string[];
}

/** Subscriptions by which Graph tells that something in a calendar has changed. */
export interface OutlookSubscriptions {
  /** Answers what lies below `/v1.0/subscriptions`; null for everything else. */
  answer(call: SubscriptionCall): FakeResponse | Promise<FakeResponse> | null;
  notify(place: EventPlace, change: OutlookChange): void;
  /** Tells of every subscription of an account; what was removed is gone then. */
  tellLifecycle(email: string, event: LifecycleEvent): void;
  /** Those of an account die, and nobody is told. */
  drop(email: string): void;
  /** The notices of an account are lost on their way, or no longer. */
  mute(email: string, isMuted: boolean): void;
  /** Until everybody was told. */
  idle(): Promise<void>;
  /** How many of an account there are. */
  openOf(email: string): number;
  reset(): void;
}

/** What subscriptions work with. */
export interface SubscriptionParts {
  readonly now: () => Date;
  readonly ledger: FakeLedger;
  readonly callbacks: FakeCallbacks;
  readonly calendars: () => OutlookCalendars;
}

const wantedSubscription = z.object({
  changeType: z.string().regex(/^(created|updated|deleted)(,(created|updated|deleted)){0,2}$/),
  notificationUrl: z.string(),
  lifecycleNotificationUrl: z.string().nullish(),
  resource: z.string(),
  expirationDateTime: z.iso.datetime({ offset: true }),
  clientState: z.string().max(128).nullish(),
});
const wantedEnd = z.object({ expirationDateTime: z.iso.datetime({ offset: true }) });

/** The least that Graph ever let events be watched for. https://learn.microsoft.com/graph/change-notifications-overview#subscription-lifetime */
const lifeMsMax = 4_230 * 60_000;
const tenantId = '84bd8158-6d4d-4958-8b9f-9d6445542f95';

const refusals = {
  denied: () => graphError(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.'),
  // How Graph passes on what Exchange says. https://github.com/microsoftgraph/microsoft-graph-docs/issues/3436
  unwatchable: () => graphError(403, 'ExtensionError', 'Operation: Create; Exception: [Status Code: Forbidden; Reason: Forbidden]'),
  notFound: () => graphError(404, 'ResourceNotFound', 'The object was not found.'),
  calendarNotFound: () => graphError(404, 'ErrorItemNotFound', 'The specified object was not found in the store.'),
  invalid: (message: string) => graphError(400, 'InvalidRequest', message),
  unreachable: () => graphError(400, 'ValidationError', 'Subscription validation request failed. Notification endpoint must respond with 200 OK.'),
};

/** Subscriptions of every account. */
export const createOutlookSubscriptions = (parts: SubscriptionParts): OutlookSubscriptions => new Subscriptions(parts);

class Subscriptions implements OutlookSubscriptions {
  private readonly subscriptions = new Map<string, Subscription>();
  private readonly muted = new Set<string>();

  constructor(private readonly parts: SubscriptionParts) {}

  answer(call: SubscriptionCall): FakeResponse | Promise<FakeResponse> | null {
    const [version, area, id, ...more] = pathSegments(call.request.path) ?? [];
    if (version !== 'v1.0' || area !== 'subscriptions' || more.length > 0) return null;
    if (!['Calendars.Read', 'Calendars.ReadWrite'].some((scope) => call.scopes.includes(scope))) return refusals.denied();
    const { method } = call.request;
    if (id === undefined) return method === 'POST' ? this.create(call) : method === 'GET' ? this.list(call) : null;
    const found = this.live(id);
    if (found?.email !== call.email) return refusals.notFound();
    if (method === 'PATCH') return this.prolong(call, found);
    if (method === 'GET') return jsonAnswer(200, shown(found, call.request));
    if (method !== 'DELETE') return null;
    this.subscriptions.delete(id);
    this.record('subscription.closed', found);
    return emptyAnswer();
  }

  notify({ calendar, event }: EventPlace, change: OutlookChange): void {
    const resource = `Users/${userIdOf(calendar.email)}/Events/${event.id}`;
    const etag = `W/"${createHash('sha256').update(`${event.id} ${event.revision}`).digest('base64').slice(0, 24)}"`;
    const resourceData = { '@odata.type': '#Microsoft.Graph.Event', '@odata.id': resource, '@odata.etag': etag, id: event.id };
    for (const one of this.subscriptions.values())
      if (one.email === calendar.email && one.calendarId === calendar.id && one.changeType.split(',').includes(change))
        this.tell(one, one.notificationUrl, { changeType: change, resource, resourceData });
  }

  tellLifecycle(email: string, event: LifecycleEvent): void {
    for (const one of [...this.subscriptions.values()].filter((subscription) => subscription.email === email)) {
      if (one.lifecycleNotificationUrl !== null) this.tell(one, one.lifecycleNotificationUrl, { lifecycleEvent: event, resource: one.resource });
      if (event === 'subscriptionRemoved') this.subscriptions.delete(one.id);
    }
  }

  drop(email: string): void {
    for (const one of this.subscriptions.values()) if (one.email === email) this.subscriptions.delete(one.id);
  }

  mute(email: string, isMuted: boolean): void {
    if (isMuted) this.muted.add(email);
    else this.muted.delete(email);
  }

  idle(): Promise<void> {
    return this.parts.callbacks.idle();
  }

  openOf(email: string): number {
    return [...this.subscriptions.keys()].filter((id) => this.live(id)?.email === email).length;
  }

  reset(): void {
    this.subscriptions.clear();
    this.muted.clear();
    this.parts.callbacks.forget();
  }

  private async create({ request, email }: SubscriptionCall): Promise<FakeResponse> {
    const wanted = wantedSubscription.safeParse(jsonObjectOf(request));
    if (!wanted.success) return refusals.invalid('Subscription request is not well formed.');
    const { resource, changeType, notificationUrl, lifecycleNotificationUrl = null, clientState = null, expirationDateTime } = wanted.data;
    const calendarId = /^\/?me\/calendars(?:\/|\(')([^/')]+)(?:'\))?\/events$/.exec(resource)?.[1];
    const calendar = calendarId === undefined ? null : this.parts.calendars().find(email, decodeURIComponent(calendarId));
    if (calendar === null) return refusals.calendarNotFound();
    const expiresMs = this.endOf(expirationDateTime);
    if (expiresMs === null) return refusals.invalid('Subscription expiration can only be 4230 minutes in the future.');
    const place = { email, calendarId: calendar.id, resource };
    const subscription = { id: randomUUID(), ...place, changeType, notificationUrl, lifecycleNotificationUrl, clientState, expiresMs };
    // A permission of the person is good for that person's mailbox only, which Exchange says after the addresses have answered.
    return (await this.refusalOf(subscription)) ?? (calendar.owner.address === email ? this.opened(subscription, request) : refusals.unwatchable());
  }

  /** Graph calls both addresses before it answers, and each must answer with what it was sent. */
  private async refusalOf({ notificationUrl, lifecycleNotificationUrl }: Subscription): Promise<FakeResponse | null> {
    for (const address of new Set([notificationUrl, lifecycleNotificationUrl ?? notificationUrl])) {
      if (!isCallableAddress(address)) return refusals.invalid('Invalid notification URL. The scheme must be https.');
      const validationToken = `Validation: Testing client application reachability for subscription Request-Id: ${randomUUID()}`;
      const url = new URL(address);
      url.searchParams.set('validationToken', validationToken);
      const answer = await this.parts.callbacks.ask({ address: url.href, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: '' });
      if (answer?.status !== 200 || answer.body !== validationToken) return refusals.unreachable();
    }
    return null;
  }

  private opened(subscription: Subscription, request: FakeRequest): FakeResponse {
    this.subscriptions.set(subscription.id, subscription);
    this.record('subscription.opened', subscription);
    return jsonAnswer(201, shown(subscription, request));
  }

  private prolong({ request }: SubscriptionCall, subscription: Subscription): FakeResponse {
    const wanted = wantedEnd.safeParse(jsonObjectOf(request));
    const expiresMs = wanted.success ? this.endOf(wanted.data.expirationDateTime) : null;
    if (expiresMs === null) return refusals.invalid('Subscription expiration can only be 4230 minutes in the future.');
    subscription.expiresMs = expiresMs;
    this.record('subscription.renewed', subscription);
    return jsonAnswer(200, shown(subscription, request));
  }

  private list({ request, email }: SubscriptionCall): FakeResponse {
    const own = [...this.subscriptions.keys()].flatMap((id) => this.live(id) ?? []).filter((one) => one.email === email);
    const context = `${request.baseUrl}/v1.0/$metadata#subscriptions`;
    return jsonAnswer(200, { '@odata.context': context, value: own.map((one) => fieldsOf(one)) });
  }

  private endOf(wanted: string): number | null {
    const [endMs, nowMs] = [Date.parse(wanted), this.parts.now().getTime()];
    return endMs <= nowMs || endMs > nowMs + lifeMsMax ? null : endMs;
  }

  /** A subscription that has not ended. */
  private live(id: string): Subscription | undefined {
    const found = this.subscriptions.get(id);
    if (found === undefined || found.expiresMs > this.parts.now().getTime()) return found;
    this.subscriptions.delete(id);
    return undefined;
  }

  private tell({ id, email, clientState }: Subscription, address: string, told: object): void {
    const found = this.live(id);
    if (found === undefined || this.muted.has(email)) return;
    const notice = { subscriptionId: id, subscriptionExpirationDateTime: graphTime(found.expiresMs), tenantId, clientState, ...told };
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    this.parts.callbacks.send(id, { address, headers, body: JSON.stringify({ value: [notice] }) });
  }

  private record(kind: string, { id, email, calendarId, clientState, expiresMs }: Subscription): void {
    const details = { calendar_id: calendarId, expires_at: new Date(expiresMs).toISOString() };
    this.parts.ledger.record({ provider: 'microsoft', kind, id, key: clientState?.split('.')[0] ?? id, account: email, details });
  }
}

const userIdOf = (email: string): string => {
  const hex = createHash('sha256').update(email).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
};

/** Graph writes seven digits behind the second. */
const graphTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '0000Z');

const fieldsOf = ({ id, email, resource, changeType, notificationUrl, lifecycleNotificationUrl, clientState, expiresMs }: Subscription) => ({
  id,
  resource,
  applicationId: '24d3b144-21ae-4080-943f-7067b395b913',
  changeType,
  clientState,
  notificationUrl,
  lifecycleNotificationUrl,
  expirationDateTime: graphTime(expiresMs),
  creatorId: userIdOf(email),
  latestSupportedTlsVersion: 'v1_2',
});

const shown = (subscription: Subscription, { baseUrl }: FakeRequest): object => ({
  '@odata.context': `${baseUrl}/v1.0/$metadata#subscriptions/$entity`,
  ...fieldsOf(subscription),
});

/** The situations of subscriptions, for the sandbox. */
export const subscriptionSituations = (subscriptions: OutlookSubscriptions): readonly FakeSituation[] => [
  ...channelSituations(subscriptions),
  fakeSituation({
    name: 'send-lifecycle',
    input: z.strictObject({ email: z.string().min(1), event: z.enum(lifecycleEvents).default('missed') }),
    accountButton: 'Say that notices were missed',
    begin: ({ email, event }) => subscriptions.tellLifecycle(email, event),
  }),
];
