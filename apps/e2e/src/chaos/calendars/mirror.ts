import type { Random } from '../random.js';
import { CalendarModel, dayMs, hourMs, series, single, type MirroredEvent } from './events.js';
import type { Organiser } from './organisers.js';

/** Each provider has days of its own, so that an answer about all of them tells of each. */
const daysEach = 20;
const leadDays = 3;
/** On the clock of UTC. What changes has hours of its own, and many are never used. */
const hours = { lasting: [1, 7], moving: [10, 12, 14], series: 17, added: [21, 23] } as const;
const movingEach = 12;
const seriesDays = 8;

/** The calendars of somebody, changed at random by those who have them open elsewhere, and what should be known of them. */
export class Mirror {
  readonly model = new CalendarModel();
  readonly from = Math.ceil(Date.now() / dayMs) * dayMs + leadDays * dayMs;
  readonly to: number;
  readonly #standing = new Map<Organiser, Map<string, MirroredEvent>>();
  changes = 0;
  forgotten = 0;

  constructor(
    private readonly organisers: readonly Organiser[],
    private readonly random: Random,
  ) {
    this.to = this.from + organisers.length * daysEach * dayMs;
    for (const organiser of organisers) this.#standing.set(organiser, new Map());
  }

  /** Puts down what lasts, between what will change. */
  async begin(): Promise<void> {
    for (const organiser of this.organisers) {
      for (let day = 0; day < daysEach; day += 2)
        for (const hour of hours.lasting)
          await this.#put(organiser, single(`${organiser.provider} lasts ${day} ${hour}`, this.#at(organiser, day, hour)), true);
      for (let number = 0; number < movingEach; number += 1)
        await this.#put(organiser, single(`${organiser.provider} moves ${number}`, this.#at(organiser, number, hours.moving[0])));
      for (const day of [0, seriesDays + 1])
        await this.#put(organiser, series(`${organiser.provider} repeats ${day}`, this.#at(organiser, day, hours.series), seriesDays));
      await organiser.learn();
    }
  }

  /** Changes something somewhere, or lets a provider forget how far anybody had read. */
  async change(): Promise<void> {
    const [organiser] = this.random.shuffled(this.organisers);
    if (organiser === undefined) return;
    if (this.random.chance(0.08)) {
      await organiser.forget();
      this.forgotten += 1;
      return;
    }
    const standing = [...(this.#standing.get(organiser)?.values() ?? [])].filter((event) => organiser.knows(event));
    const [event] = this.random.shuffled(standing);
    if (event === undefined || this.random.chance(0.2)) await this.#add(organiser);
    else if (event.days > 1) await this.#changeSeries(organiser, event);
    else if (this.random.chance(0.2)) await this.#remove(organiser, event);
    else await this.#put(organiser, { ...event, at: this.#somewhere(organiser, hours.moving) });
    this.changes += 1;
  }

  /** Puts an event down and removes one that lasts, and {@link model} is not told of either: whoever compares must find both. */
  async deceive(): Promise<void> {
    const [adding, removing = adding] = this.random.shuffled(this.organisers);
    if (adding === undefined || removing === undefined) return;
    await adding.put(single('untold', this.#at(adding, 5, hours.added[0] + 1)));
    const [hour] = hours.lasting;
    await removing.remove(single(`${removing.provider} lasts 0 ${hour}`, this.#at(removing, 0, hour)));
  }

  async #add(organiser: Organiser): Promise<void> {
    await this.#put(organiser, single(`${organiser.provider} added ${this.changes}`, this.#somewhere(organiser, hours.added)));
  }

  async #changeSeries(organiser: Organiser, event: MirroredEvent): Promise<void> {
    const untouched = Array.from({ length: event.days }, (_, day) => day).filter(
      (day) => !event.cancelled.includes(day) && !event.moved.includes(day),
    );
    const [day] = this.random.shuffled(untouched);
    if (day === undefined) return this.#remove(organiser, event);
    if (!organiser.changesDays) return this.#add(organiser);
    const changed = this.random.chance(0.5) ? { cancelled: [...event.cancelled, day] } : { moved: [...event.moved, day] };
    await this.#put(organiser, { ...event, ...changed });
  }

  async #put(organiser: Organiser, event: MirroredEvent, lasts = false): Promise<void> {
    const standing = this.#standing.get(organiser);
    this.model.expect(event);
    await organiser.put(event, standing?.get(event.title));
    this.model.put(event, lasts);
    if (!lasts) standing?.set(event.title, event);
  }

  async #remove(organiser: Organiser, event: MirroredEvent): Promise<void> {
    await organiser.remove(event);
    this.#standing.get(organiser)?.delete(event.title);
    this.model.remove(event.title);
  }

  #at(organiser: Organiser, day: number, hour: number): number {
    return this.from + (this.organisers.indexOf(organiser) * daysEach + day) * dayMs + hour * hourMs;
  }

  #somewhere(organiser: Organiser, among: readonly number[]): number {
    const [hour = 0] = this.random.shuffled(among);
    return this.#at(organiser, Math.floor(this.random.between(0, daysEach)), hour);
  }
}
