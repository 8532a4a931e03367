import type { EventContract } from '@patchbay/contracts';

/** An event on its way into the events table. */
export interface EventToStore {
  readonly id: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly type: string;
  readonly version: number;
  readonly bookingId: string | null;
  /** The body of every delivery of it. */
  readonly payload: string;
  readonly traceparent: string | null;
  /** Subject and envelope under which it goes to the bus; null when it came from there. */
  readonly subject: string | null;
  readonly envelope: string | null;
  /** True for what the product told us: the first step of the activity log. */
  readonly isFromProduct: boolean;
}

interface WholeEvent {
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly tenant_id: string;
  readonly timestamp: string;
  readonly data: unknown;
}

/** Serialises an event once, for the bus and for every delivery. `subject` is given when it still has to go to the bus. */
export function toEventToStore(
  contract: EventContract,
  event: WholeEvent,
  more: { traceparent: string | undefined; subject?: string },
): EventToStore {
  const { type, version, tenant_id } = event;
  // PostgreSQL answers ids in lower case; everything that compares them must see the same letters.
  const id = event.id.toLowerCase();
  const timestamp = JSON.stringify(event.timestamp);
  const data = JSON.stringify(event.data);
  const name = JSON.stringify(type);
  return {
    id,
    tenantId: tenant_id,
    userId: contract.owner(event.data),
    type,
    version,
    bookingId: bookingIdOf(event.data),
    payload: `{"type":${name},"timestamp":${timestamp},"data":${data}}`,
    traceparent: more.traceparent ?? null,
    subject: more.subject ?? null,
    envelope:
      more.subject === undefined
        ? null
        : `{"id":"${id}","type":${name},"version":${version},"tenant_id":${JSON.stringify(tenant_id)},"timestamp":${timestamp},"data":${data}}`,
    isFromProduct: contract.producer === 'product',
  };
}

function bookingIdOf(data: unknown): string | null {
  if (typeof data !== 'object' || data === null || !('booking_id' in data) || typeof data.booking_id !== 'string') return null;
  // PostgreSQL keeps no NUL in a text; the payload holds it escaped.
  return data.booking_id.replaceAll('\u0000', '');
}
