import type { FailureVerdict } from '@patchbay/capabilities';
import { activityRecorded, type InputOf, type listActivity } from '@patchbay/contracts';
import type { ColumnValues, Lease, Transaction } from '@patchbay/database';
import { backoffMs } from '@patchbay/service-kit';
import { isLongOver, type BookingRow } from './booking-rows.js';

/** Who does something at our request, as people know it. */
export interface ActingProvider {
  readonly id: string;
  readonly displayName: string;
}

/** One step that the activity log shows. */
export interface BookingStep {
  readonly type: NonNullable<InputOf<typeof listActivity>['log_type']>;
  readonly provider: ActingProvider;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Announces a step that was taken for a booking, for the activity log. */
export function announceStep(tx: Transaction, row: BookingRow, { type, provider, message, details = {} }: BookingStep): void {
  const step = { user_id: row.user_id, booking_id: row.booking_id, log_type: type, integration_type: provider.id, message, details };
  tx.outbox.add(activityRecorded, { ...step, success: type !== 'error' }, { tenantId: row.tenant_id });
}

/**
 * Records that the work of a booking did not come to its end, when it is tried again, and, if the reason is a new one, tells the user.
 *
 * @throws LeaseLostError
 */
export async function settleFailed(
  tx: Transaction,
  lease: Lease<BookingRow>,
  outcome: {
    readonly failure: FailureVerdict;
    readonly provider: ActingProvider;
    /** What was to be made or changed, such as `the meeting`. */
    readonly effect: string;
    readonly now: Date;
    readonly set?: ColumnValues;
  },
): Promise<void> {
  const { row } = lease;
  const { failure, provider, now, set = {} } = outcome;
  const isGivenUp = failure.kind === 'later' && isLongOver(row, now);
  const reason = isGivenUp ? 'given_up' : failure.reason;
  const nextAttemptAt = failure.kind === 'later' && !isGivenUp ? new Date(now.getTime() + backoffMs(row.attempts, failure.retryAfterMs)) : null;
  await lease.settle(tx, { isApplied: false, nextAttemptAt, isPause: true, lastError: reason, set });
  if (reason === row.last_error) return;
  const message = isGivenUp ? `The booking is long over: ${outcome.effect} was given up.` : messageOf(failure, provider, outcome.effect);
  announceStep(tx, row, { type: 'error', provider, message, details: { reason: failure.reason } });
}

function messageOf({ kind }: FailureVerdict, { displayName }: ActingProvider, effect: string): string {
  switch (kind) {
    case 'later':
      return `${displayName} cannot be used at the moment; ${effect} follows as soon as it can.`;
    case 'reconnect':
      return `${displayName} must be connected again; ${effect} waits for it.`;
    case 'never':
      return `${displayName} refuses ${effect}.`;
  }
}
