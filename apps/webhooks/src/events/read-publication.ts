import { AppError, eventCatalog, findEvent, subjectOf, type EventContract, type EventEnvelope } from '@patchbay/contracts';
import { v7 as uuidv7 } from 'uuid';
import { toEventToStore, type EventToStore } from './event-to-store.js';
import { unknownFields } from './unknown-fields.js';

/** What is known besides the envelopes. */
export interface PublicationContext {
  readonly now: Date;
  readonly traceparent: string | undefined;
  /** The tenant of the caller; undefined for a service of ours. */
  readonly tenantId: string | undefined;
}

/** Faults named in one answer; a batch can hold thousands. */
const faultsMax = 50;

/**
 * Checks envelopes against the catalogue, all or nothing.
 *
 * @throws AppError `event_type_unknown`, `event_version_unknown` or `request_invalid`; details name the fields as the caller typed them.
 */
export function readPublication(envelopes: readonly EventEnvelope[], isMany: boolean, context: PublicationContext): readonly EventToStore[] {
  const faults: (readonly [string, string])[] = [];
  const events = envelopes.flatMap((envelope, index) => {
    const read = readOne(envelope, isMany ? `events.${index}.` : '', context);
    if ('event' in read) return [read.event];
    faults.push(...read.faults);
    return [];
  });
  if (faults.length > 0) throw new AppError('request_invalid', Object.fromEntries(faults.slice(0, faultsMax)));
  return events;
}

type Read = { readonly event: EventToStore } | { readonly faults: readonly (readonly [string, string])[] };

function readOne(envelope: EventEnvelope, at: string, { now, traceparent, tenantId }: PublicationContext): Read {
  const contract = contractOf(envelope, at);
  if (tenantId !== undefined && envelope.tenant_id !== tenantId) return { faults: [[`${at}tenant_id`, 'is not the tenant of these credentials']] };
  const parsed = contract.data.safeParse(envelope.data);
  if (!parsed.success) {
    return { faults: parsed.error.issues.map((issue) => [[`${at}data`, ...issue.path.map(String)].join('.'), issue.message] as const) };
  }
  const unknown = unknownFields(envelope.data, parsed.data, `${at}data`);
  if (unknown.length > 0) return { faults: unknown.map((field) => [field, 'is not a known field'] as const) };
  const whole = { ...envelope, id: envelope.id ?? uuidv7(), timestamp: envelope.timestamp ?? now.toISOString(), data: parsed.data };
  return { event: toEventToStore(contract, whole, { traceparent, subject: subjectOf(contract) }) };
}

/** The contract of an event that the product may publish. Our own events cannot be forged from outside. */
function contractOf({ type, version }: EventEnvelope, at: string): EventContract {
  const versions = eventCatalog.filter((contract) => contract.type === type && contract.producer === 'product');
  if (versions.length === 0) throw new AppError('event_type_unknown', { [`${at}type`]: 'is not an event type that may be published' });
  const contract = findEvent(type, version);
  if (contract === undefined)
    throw new AppError('event_version_unknown', { [`${at}version`]: `must be ${versions.map((one) => one.version).join(' or ')}` });
  return contract;
}
