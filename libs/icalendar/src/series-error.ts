/** Why a series cannot be expanded. */
export type SeriesFault = 'unreadable_rule' | 'unreadable_time' | 'unknown_zone' | 'too_many_occurrences';

/** Thrown for one series that cannot be expanded. Others are as well as they were: catch it per series, and count it. */
export class SeriesError extends Error {
  override readonly name = 'SeriesError';

  constructor(readonly fault: SeriesFault) {
    // Somebody's calendar may have a million of them: their stacks, of which none tells anything, would take longer than to read it.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(`the series cannot be expanded: ${fault}`);
    Error.stackTraceLimit = stackTraceLimit;
  }
}
