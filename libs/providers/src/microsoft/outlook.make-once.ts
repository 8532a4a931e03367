import { ProviderError } from '@patchbay/capabilities';
import { afterWriting } from '../_kit/unknown-outcome.js';

/** What is made under a mark of ours. */
export interface MadeOnce<Event> {
  find(): Promise<Event | null>;
  /** `again` tells it from an earlier one with the same mark, which was deleted. */
  make(again: string | undefined): Promise<Event>;
  readonly now: () => Date;
}

/** Graph lets nobody choose an event's id, so it is searched by our mark before it is made; what is made meanwhile is caught by its transaction id. */
export const makeOnce = async <Event extends { readonly createdDateTime?: string | null | undefined }>({
  find,
  make,
  now,
}: MadeOnce<Event>): Promise<{ readonly event: Event; readonly isNew: boolean }> => {
  const known = await find();
  if (known !== null) return { event: known, isNew: false };
  const made = await unlessMade(make);
  if (made !== null && !isOld(made, now())) return { event: made, isNew: true };
  const existing = await afterWriting(find);
  if (existing !== null) return { event: existing, isNew: false };
  // Made and deleted before: the transaction id is used up.
  return { event: await make(String(now().getTime())), isNew: true };
};

/** Null when there was another event with this transaction id; the same one is answered as if it had just been made. */
const unlessMade = async <Event>(make: MadeOnce<Event>['make']): Promise<Event | null> => {
  try {
    return await make(undefined);
  } catch (error) {
    if (error instanceof ProviderError && error.code === 'conflict') return null;
    throw error;
  }
};

/** Longer than any call lasts, and than clocks are apart. */
const oldMs = 120_000;

const isOld = ({ createdDateTime }: { readonly createdDateTime?: string | null | undefined }, now: Date): boolean =>
  typeof createdDateTime === 'string' && now.getTime() - Date.parse(createdDateTime) > oldMs;
