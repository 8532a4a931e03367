import { defaultTenantId, subjectOf, type EventContract } from '@patchbay/contracts';
import { currentTraceparent } from '@patchbay/tracing';
import type { z } from 'zod';
import { eventId } from './event-id.js';

/** An event as it waits to be published. `payload` is the envelope, already serialised. */
export interface OutboxRow {
  readonly id: string;
  readonly subject: string;
  readonly payload: string;
  readonly traceparent: string | undefined;
}

/** What may be said of an event beside its data. */
export interface AnnounceOptions {
  readonly tenantId?: string | undefined;
  /** When it happened; now, when absent. */
  readonly timestamp?: Date;
}

/** Makes the row of an event. The payload is checked against its contract here, so that nothing malformed is ever announced. */
export function outboxRow<Contract extends EventContract>(
  contract: Contract,
  data: z.input<Contract['data']>,
  options: AnnounceOptions = {},
): OutboxRow {
  const id = eventId();
  const envelope = {
    id,
    type: contract.type,
    version: contract.version,
    tenant_id: options.tenantId ?? defaultTenantId,
    timestamp: (options.timestamp ?? new Date()).toISOString(),
    data: contract.data.parse(data),
  };
  return { id, subject: subjectOf(contract), payload: JSON.stringify(envelope), traceparent: currentTraceparent() };
}

/** Stores rows in one statement, whatever their number. */
export const insertOutboxRows = `
  INSERT INTO outbox (id, subject, payload, traceparent)
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[])`;

/** The values of {@link insertOutboxRows}, one array for each column. */
export const outboxParameters = (rows: readonly OutboxRow[]): unknown[] => [
  rows.map((row) => row.id),
  rows.map((row) => row.subject),
  rows.map((row) => row.payload),
  rows.map((row) => row.traceparent ?? null),
];

/**
 * What a transaction announces. Rows are kept until just before the commit and stored with the change they tell of:
 * either both are there afterwards or neither is.
 */
export class Outbox {
  readonly #rows: OutboxRow[] = [];

  add<Contract extends EventContract>(contract: Contract, data: z.input<Contract['data']>, options: AnnounceOptions = {}): void {
    this.#rows.push(outboxRow(contract, data, options));
  }

  get rows(): readonly OutboxRow[] {
    return this.#rows;
  }
}
