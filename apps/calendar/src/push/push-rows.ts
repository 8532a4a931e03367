import type { WorkRow } from '@patchbay/database';

/**
 * `opening`: wanted, and perhaps there already. `active`: notices come by it. `closing`: wanted no more. `unwatchable`: the provider says that it tells
 * nothing of this calendar, and is asked again the next day. `failed`: it could not be opened yet, which is tried again sooner.
 */
export type ChannelState = 'opening' | 'active' | 'closing' | 'unwatchable' | 'failed';

/** A channel by which a provider tells that something in a calendar has changed. */
export interface PushChannelRow extends WorkRow {
  readonly tenant_id: string;
  readonly calendar_id: string;
  readonly account_id: string;
  readonly provider: string;
  readonly remote_calendar_id: string;
  readonly account_status_at: Date;
  readonly state: ChannelState;
  readonly remote_id: string | null;
  readonly resource_id: string | null;
  readonly expires_at: Date | null;
}
