import { createHash } from 'node:crypto';
import { eventEnvelope, eventIdHeader, findEvent, isNestedTooDeep, nestingMax, subjectOf, traceHeader, unstorableText } from '@patchbay/contracts';
import { acceptTraceparent } from '@patchbay/tracing';
import { validate as isUuid } from 'uuid';
import type { z } from 'zod';
import type { ReceivedEvent } from './on-event.js';

/** What a consumer needs of a message, whether it comes from NATS or from the dead letters. */
export interface RawEvent {
  readonly subject: string;
  readonly payload: string;
  header(name: string): string | undefined;
  /** Names the message itself, for producers that gave it no id. */
  readonly position: string;
  readonly storedAt: Date;
}

/** An event that can never be handled, however often it is tried: it goes to the dead letters at once. */
export class PoisonError extends Error {
  override readonly name = 'PoisonError';
}

/**
 * Reads an event off the wire.
 *
 * @throws PoisonError when it is not JSON, no envelope, of no known type and version, under a foreign subject, or does not fit its contract.
 */
export function readEvent(raw: RawEvent): ReceivedEvent {
  const envelope = check(eventEnvelope.safeParse(parseJson(raw.payload)), 'envelope');
  const broken = unstorableText(envelope);
  if (broken !== undefined) throw new PoisonError(`${broken.join('.')} is no whole Unicode text without NUL`);
  const contract = findEvent(envelope.type, envelope.version);
  if (contract === undefined) throw new PoisonError(`there is no event ${printable(envelope.type)} of version ${envelope.version}`);
  if (subjectOf(contract) !== raw.subject) throw new PoisonError(`the subject is not the one of ${envelope.type} version ${envelope.version}`);
  const id = envelope.id ?? idFromHeader(raw) ?? idFromPosition(raw.position);
  return {
    // PostgreSQL writes UUIDs in small letters, and ids are compared with what it returns.
    id: id.toLowerCase(),
    type: envelope.type,
    version: envelope.version,
    tenant_id: envelope.tenant_id,
    timestamp: envelope.timestamp ?? raw.storedAt.toISOString(),
    data: check(contract.data.safeParse(envelope.data), 'data') as Readonly<Record<string, unknown>>,
    contract,
    traceparent: acceptTraceparent(raw.header(traceHeader) ?? traceparentOfEvent(id)),
  };
}

const parseJson = (text: string): unknown => {
  if (isNestedTooDeep(text)) throw new PoisonError(`the payload is nested deeper than ${nestingMax} levels`);
  try {
    return JSON.parse(text);
  } catch {
    throw new PoisonError('the payload is not JSON');
  }
};

function check<Output>(result: z.ZodSafeParseResult<Output>, part: string): Output {
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `${issue.path.join('.') || part}: ${issue.message}`);
  throw new PoisonError(`the ${part} does not fit: ${faults.slice(0, 5).join('; ')}`);
}

const idFromHeader = (raw: RawEvent): string | undefined => {
  const id = raw.header(eventIdHeader);
  return id !== undefined && isUuid(id) ? id : undefined;
};

/** A producer that names no id still gets each message handled once: its place in the stream names it. */
const idFromPosition = (position: string): string => {
  const hex = createHash('sha256').update(position).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/** A producer that traces nothing still gets one trace through all consumers: each of them derives it from the event's id. */
const traceparentOfEvent = (id: string): string => {
  const hex = id.replaceAll('-', '').toLowerCase();
  return `00-${hex}-${hex.slice(16)}-01`;
};

const printable = (text: string): string => text.replace(/[^\w.-]/g, '?').slice(0, 60);
