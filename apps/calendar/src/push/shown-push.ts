import type { PushState } from '@patchbay/contracts';
import type { ChannelState } from './push-rows.js';

/** A channel as it matters to people: one that is being closed does not. */
export type ShownChannel = Exclude<ChannelState, 'closing'>;

/** What it depends on how a calendar is told of. */
export interface PushFacts {
  /** The calendar is read by itself. */
  readonly isRead: boolean;
  /** Its provider can be asked to call back. */
  readonly isOffered: boolean;
  /** Null: there is none, or none yet. */
  readonly channel: ShownChannel | null;
}

/** Whether the provider tells of changes, as people see it. */
export function shownPush({ isRead, isOffered, channel }: PushFacts): PushState {
  if (!isRead) return 'off';
  if (!isOffered || channel === 'unwatchable') return 'unsupported';
  return channel ?? 'opening';
}
