import { ProviderError, type EventDetails, type EventWrite } from '@patchbay/capabilities';
import { AppError, type InputOf, type writeCalendarEvents } from '@patchbay/contracts';
import { dependsOnTimes, toChange, toDraft, type CalendarClock } from './event-drafts.js';
import { chooseKey, keyOf, type KeyedCalendar } from './event-keys.js';

type Operation = InputOf<typeof writeCalendarEvents>['operations'][number];

/** What is written for an operation, or why nothing is. */
export type PreparedWrite =
  | {
      readonly write: EventWrite;
      /** Of a creation that came without a key of its own. */
      readonly givenKey: string | null;
    }
  | { readonly refusal: AppError };

/** How events are read on which it depends what an operation means. */
export interface EventReading {
  /** @throws AppError as whoever reads the event would get it */
  read(id: string): Promise<EventDetails>;
  readonly now: () => Date;
  /** No reading begins later, so that there is time left for writing. */
  readonly until: Date;
}

type WritableCalendar = KeyedCalendar & CalendarClock;

/** As many as writes at once: more would only meet the provider's limits. */
const readingsAtOnce = 4;

/**
 * Makes writes of operations, one each. An event that cannot be read refuses its own operation only.
 *
 * @throws AppError `request_invalid` for what makes no sense, and what concerns the whole account
 */
export async function prepareWrites(
  operations: readonly Operation[],
  calendar: WritableCalendar,
  reading: EventReading,
): Promise<readonly PreparedWrite[]> {
  const prepare = (operation: Operation, index: number, existing: EventDetails | null): PreparedWrite => {
    try {
      return toWrite(operation, calendar, existing);
    } catch (error) {
      throw inOperation(error, index);
    }
  };
  // What is wrong with one of them is said before anything is asked.
  const prepared: PreparedWrite[] = [];
  for (const [index, operation] of operations.entries()) if (!needsReading(operation)) prepared[index] = prepare(operation, index, null);
  const found = await readAll(operations.filter(needsReading), reading);
  for (const [index, operation] of operations.entries()) {
    if (!needsReading(operation)) continue;
    const existing = found.get(operation.event_id) ?? new AppError('provider_unavailable');
    prepared[index] = existing instanceof AppError ? { refusal: existing } : prepare(operation, index, existing);
  }
  return prepared;
}

type DependentOperation = Extract<Operation, { readonly operation: 'update' }>;

const needsReading = (operation: Operation): operation is DependentOperation => operation.operation === 'update' && dependsOnTimes(operation.event);

function toWrite(operation: Operation, calendar: WritableCalendar, existing: EventDetails | null): PreparedWrite {
  if (operation.operation === 'delete') return { write: { kind: 'delete', id: operation.event_id }, givenKey: null };
  if (operation.operation === 'update') {
    const change = toChange(operation.event, calendar, existing);
    return { write: { kind: 'update', id: operation.event_id, change }, givenKey: null };
  }
  const { chosen, givenKey } = chooseKey(operation.idempotency_key);
  return { write: { kind: 'create', key: keyOf(calendar, chosen), draft: toDraft(operation.event, calendar) }, givenKey };
}

async function readAll(operations: readonly DependentOperation[], reading: EventReading): Promise<ReadonlyMap<string, EventDetails | AppError>> {
  const found = new Map<string, EventDetails | AppError>();
  const waiting = [...new Set(operations.map(({ event_id: id }) => id))];
  const work = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined && reading.now() < reading.until; id = waiting.shift()) found.set(id, await readOne(reading, id));
  };
  const ended = await Promise.allSettled(
    Array.from({ length: readingsAtOnce }, () =>
      work().catch((error: unknown) => {
        waiting.length = 0;
        throw error;
      }),
    ),
  );
  const failed = ended.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return found;
}

async function readOne({ read }: EventReading, id: string): Promise<EventDetails | AppError> {
  try {
    return await read(id);
  } catch (error) {
    const isOfThisEvent = error instanceof AppError && error.cause instanceof ProviderError && error.cause.code !== 'unauthorized';
    if (!isOfThisEvent) throw error;
    return error;
  }
}

/** Names the fields at fault as they were sent. */
function inOperation(error: unknown, index: number): unknown {
  if (!(error instanceof AppError)) return error;
  if (error.code !== 'request_invalid') return new AppError(error.code, { ...error.details, operation: index }, { cause: error });
  const details = Object.entries(error.details).map(([field, fault]) => [`operations.${index}.event.${field}`, fault]);
  return new AppError('request_invalid', Object.fromEntries(details), { cause: error });
}
