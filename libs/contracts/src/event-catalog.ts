import type { z } from 'zod';
import * as activity from './activity/activity.events.js';
import * as auth from './auth/auth.events.js';
import * as booking from './booking/booking.events.js';
import * as bookingChanges from './calendar/booking-changes.events.js';
import * as calendar from './calendar/calendar.events.js';
import * as conflicts from './calendar/conflicts.events.js';
import * as gaps from './calendar/gaps.events.js';
import { subjectOf, type EventContract } from './definitions/define-event.js';
import * as ingress from './ingress/ingress.events.js';
import * as push from './ingress/push.events.js';
import * as video from './video/video.events.js';
import * as webhooks from './webhooks/webhooks.events.js';

/** Every event there is. */
export const eventCatalog = [
  ...Object.values(booking),
  ...Object.values(auth),
  ...Object.values(video),
  ...Object.values(calendar),
  ...Object.values(bookingChanges),
  ...Object.values(gaps),
  ...Object.values(conflicts),
  ...Object.values(webhooks),
  ...Object.values(ingress),
  ...Object.values(push),
  ...Object.values(activity),
] as const satisfies readonly EventContract[];

type AnyEvent = (typeof eventCatalog)[number];
/** What each type of event carries. */
export type DataByType = { [Contract in AnyEvent as Contract['type']]: z.output<Contract['data']> };

const bySubject: ReadonlyMap<string, EventContract> = new Map(eventCatalog.map((contract) => [subjectOf(contract), contract]));

/** The contract of a type and version, or undefined when there is none. */
export const findEvent = (type: string, version: number): EventContract | undefined => bySubject.get(subjectOf({ type, version }));
