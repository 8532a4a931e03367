import { ProviderError, type AccessToken, type CalendarEventsCapability, type EventWrite, type EventWriteOutcome } from '@patchbay/capabilities';

// As many as a person's browser has under way: more would only meet the provider's limits.
const turnsAtOnce = 4;

/** Where events are written. */
export interface WritePlace {
  readonly token: AccessToken;
  readonly calendarId: string;
  /** Writes of one name are made one after the other, in the order of the list: those of one event, and of one series. */
  readonly turnOf: (write: EventWrite) => string;
}

/** The calls that make one write each. */
export type SingleWrites = Pick<CalendarEventsCapability, 'createEvent' | 'updateEvent' | 'deleteEvent'>;

/**
 * Makes several writes by the calls that make one, some at once. None is under way any more when it answers.
 *
 * @throws ProviderError `unauthorized` when the token is refused: nothing is begun any more then. What was written until then is found again when all is
 *   written with another one.
 */
export const writeInTurn = async (
  events: SingleWrites,
  { token, calendarId, turnOf }: WritePlace,
  writes: readonly EventWrite[],
): Promise<readonly EventWriteOutcome[]> => {
  const outcomes: EventWriteOutcome[] = [];
  const turns = [...Map.groupBy(writes.entries(), ([, write]) => turnOf(write)).values()];
  let isRefused = false;
  const make = async (turn: readonly (readonly [number, EventWrite])[]): Promise<void> => {
    for (const [index, write] of turn) {
      if (isRefused) return;
      outcomes[index] = await outcomeOf(() => writeOne(events, { token, calendarId }, write));
    }
  };
  const work = async (): Promise<void> => {
    try {
      for (let turn = turns.shift(); turn !== undefined && !isRefused; turn = turns.shift()) await make(turn);
    } catch (error) {
      isRefused = true;
      throw error;
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: turnsAtOnce }, work));
  const refused = ended.find((end) => end.status === 'rejected');
  if (refused !== undefined) throw refused.reason;
  return outcomes;
};

const outcomeOf = async (write: () => Promise<EventWriteOutcome>): Promise<EventWriteOutcome> => {
  try {
    return await write();
  } catch (error) {
    if (error instanceof ProviderError && error.code !== 'unauthorized') return { error };
    throw error;
  }
};

const writeOne = async (events: SingleWrites, { token, calendarId }: Omit<WritePlace, 'turnOf'>, write: EventWrite): Promise<EventWriteOutcome> => {
  if (write.kind === 'create') return { event: await events.createEvent(token, calendarId, write) };
  if (write.kind === 'update') return { event: await events.updateEvent(token, calendarId, write) };
  await events.deleteEvent(token, calendarId, write.id);
  return { event: null };
};
