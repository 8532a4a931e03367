/** An event of half an hour, or a series of such on days that follow each other. */
export interface MirroredEvent {
  readonly title: string;
  /** Where it begins, or its first day does. Milliseconds, on the hour. */
  readonly at: number;
  /** Days of a series; 1 for a single event. */
  readonly days: number;
  /** Days of the series, counted from 0, that were taken out. */
  readonly cancelled: readonly number[];
  /** Days of the series that were moved to the next hour. */
  readonly moved: readonly number[];
}

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
export const lengthMs = hourMs / 2;

export const single = (title: string, at: number): MirroredEvent => ({ title, at, days: 1, cancelled: [], moved: [] });
export const series = (title: string, at: number, days: number): MirroredEvent => ({ title, at, days, cancelled: [], moved: [] });

/** Where an event makes its owner busy: worked out by nothing but sums, and by no program that is tried here. */
export const startsOf = ({ at, days, cancelled, moved }: MirroredEvent): readonly number[] =>
  Array.from({ length: days }, (_, day) => day)
    .filter((day) => !cancelled.includes(day))
    .map((day) => at + day * dayMs + (moved.includes(day) ? hourMs : 0));

/** Everything that stands at the providers, and everything that ever stood there. */
export class CalendarModel {
  readonly #events = new Map<string, MirroredEvent>();
  readonly #ever = new Set<number>();
  readonly #lasting = new Set<number>();

  /** Before it is put at the provider: from then on it may be seen. */
  expect(event: MirroredEvent): void {
    for (const start of startsOf(event)) this.#ever.add(start);
  }

  /** After it was put there. What lasts is never changed. */
  put(event: MirroredEvent, lasts = false): void {
    this.#events.set(event.title, event);
    if (lasts) for (const start of startsOf(event)) this.#lasting.add(start);
  }

  remove(title: string): void {
    this.#events.delete(title);
  }

  /** What must be in every answer. */
  get lasting(): ReadonlySet<number> {
    return this.#lasting;
  }

  /** Outside of this nobody was ever busy. */
  get ever(): ReadonlySet<number> {
    return this.#ever;
  }

  /** What must be in an answer once everything is read, and nothing else. */
  get busy(): ReadonlySet<number> {
    return new Set([...this.#events.values()].flatMap(startsOf));
  }
}
