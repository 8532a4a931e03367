import { PatchbayApiError } from '@patchbay/api-client';
import { forceCalendarSync, getSyncTask, refreshCalendarAccount, type UserBusy } from '@patchbay/contracts';
import { eventually, messageOf, NotYet } from '@patchbay/local-stack';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChaosOptions } from '../options.js';
import { seededRandom, type Random } from '../random.js';
import type { World } from '../world.js';
import { judgeAtLast, judgeMeanwhile, type BusyFindings } from './judge.js';
import { Mirror } from './mirror.js';
import { connectPerson, type CalendarPerson } from './person.js';
import { storedCalendars, type StoredCalendars } from './stored.js';

/** What became of calendars that changed all the while. */
export interface CalendarsResult {
  readonly changes: number;
  /** How often a provider forgot how far anybody had read. */
  readonly forgotten: number;
  /** Readings that were asked for, and taken on. */
  readonly asked: number;
  /** Answers about busy times that were looked at meanwhile. */
  readonly samples: number;
  readonly meanwhile: BusyFindings;
  readonly atLast: BusyFindings;
  /** After what the comparison was not told of: had it found nothing, it could not be believed before either. */
  readonly deceived: BusyFindings;
  /** Refusals that an outage must never cause. */
  readonly refusals: readonly string[];
  readonly stored: StoredCalendars;
}

const answerMs = 5_000;
const settleMs = 120_000;
const beginMs = 60_000;
const findingsMax = 500;

/** Somebody's calendars at three providers, which change at random and are read all the while, whatever else happens. */
export class CalendarChaos {
  readonly #stop = new AbortController();
  readonly #meanwhile = { lost: [] as string[], ghosts: [] as string[] };
  readonly #refusals: string[] = [];
  readonly #running: Promise<void>[] = [];
  #asked = 0;
  #samples = 0;

  private constructor(
    private readonly world: World,
    private readonly person: CalendarPerson,
    private readonly mirror: Mirror,
  ) {}

  /** Connects the calendars, fills them, and begins to change them once all of it is known. */
  static async start(world: World, { seed }: Pick<ChaosOptions, 'seed'>): Promise<CalendarChaos> {
    const random = seededRandom(seed).branch('calendars');
    const person = await connectPerson(world.stack, world.sandbox);
    const mirror = new Mirror(person.organisers, random.branch('changes'));
    const chaos = new CalendarChaos(world, person, mirror);
    await mirror.begin();
    await chaos.#untilRead(beginMs);
    await chaos.#addFaults(seed);
    chaos.#running.push(chaos.#change(random.branch('pauses')), chaos.#ask(random.branch('asking')), chaos.#look());
    return chaos;
  }

  /** Ends the changes. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  /** Waits until everything is read, and compares. Call it when nothing is harmed any more. */
  async result(): Promise<CalendarsResult> {
    await this.stop();
    const atLast = await this.#untilRead(settleMs).then(
      () => ({ lost: [], ghosts: [] }),
      async () => judgeAtLast((await this.#busy()).busy, this.mirror.model),
    );
    const { changes, forgotten } = this.mirror;
    const counts = { changes, forgotten, asked: this.#asked, samples: this.#samples };
    const stored = await this.#stored();
    return { ...counts, meanwhile: this.#meanwhile, atLast, refusals: this.#refusals, stored, deceived: await this.#deceived() };
  }

  async #deceived(): Promise<BusyFindings> {
    await this.mirror.deceive();
    const look = async (): Promise<BusyFindings> => {
      for (const id of this.person.accountIds) await this.#read(id);
      const found = judgeAtLast((await this.#busy()).busy, this.mirror.model);
      if (found.lost.length === 0 || found.ghosts.length === 0) throw new NotYet('not seen yet');
      return found;
    };
    return eventually('what nobody told of', look, { timeoutMs: beginMs, everyMs: 500 }).catch(() => ({ lost: [], ghosts: [] }));
  }

  // Answers are lost, break off in the middle, or are slow; and lists come in small pages.
  async #addFaults(seed: number): Promise<void> {
    const { sandbox } = this.world;
    await sandbox.begin('microsoft', 'limit-pages', { page_max: 7 });
    await sandbox.begin('google', 'events-per-page', { events: 25 });
    for (const [provider, method] of [
      ['microsoft', 'GET'],
      ['caldav', 'REPORT'],
    ] as const) {
      await sandbox.addFault({ provider, method, drop_after_executing: true, probability: 0.06, seed });
      await sandbox.addFault({ provider, method, cut_answer: true, probability: 0.04 });
      await sandbox.addFault({ provider, method, delay_ms: 500, probability: 0.2 });
    }
    await sandbox.addFault({ provider: 'google', path: '/events', method: 'GET', cut_answer: true, probability: 0.04 });
  }

  async #change(random: Random): Promise<void> {
    while (await this.#pause(random.between(150, 500))) await this.mirror.change();
  }

  /** Somebody wants them read again and again, so that every harm meets a reading. */
  async #ask(random: Random): Promise<void> {
    while (await this.#pause(random.between(300, 1_200))) {
      const [id = ''] = random.shuffled(this.person.accountIds);
      const wish = random.chance(0.25) ? forceCalendarSync : refreshCalendarAccount;
      const signal = AbortSignal.timeout(answerMs);
      await this.person.client.call(wish, { id }, { signal }).then(
        () => (this.#asked += 1),
        (error: unknown) => this.#noteRefusal(error),
      );
    }
  }

  async #look(): Promise<void> {
    while (await this.#pause(250)) {
      const answer = await this.#busy().catch((error: unknown) => this.#noteRefusal(error));
      if (answer === undefined) continue;
      this.#samples += 1;
      const { lost, ghosts } = judgeMeanwhile(answer.busy, this.mirror.model);
      if (this.#meanwhile.lost.length < findingsMax) this.#meanwhile.lost.push(...lost);
      if (this.#meanwhile.ghosts.length < findingsMax) this.#meanwhile.ghosts.push(...ghosts);
    }
  }

  #busy(): Promise<UserBusy> {
    const { from, to } = this.mirror;
    return this.person.busy({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });
  }

  #noteRefusal(error: unknown): undefined {
    if (error instanceof PatchbayApiError && error.status < 500 && error.status !== 429) this.#refusals.push(`${error.status} ${error.code}`);
  }

  /** Has everything read until it is as it should be. @throws when it does not become so. */
  #untilRead(timeoutMs: number): Promise<void> {
    const look = async (): Promise<void> => {
      for (const id of this.person.accountIds) await this.#read(id);
      const { lost, ghosts } = judgeAtLast((await this.#busy()).busy, this.mirror.model);
      if (lost.length + ghosts.length > 0) throw new NotYet([...lost, ...ghosts].join(', '));
    };
    return eventually('all calendars are read', look, { timeoutMs, everyMs: 500 });
  }

  async #read(id: string): Promise<void> {
    const { client } = this.person;
    const { task_id } = await client.call(refreshCalendarAccount, { id });
    await eventually(
      'a reading ends',
      async () => {
        const { status } = await client.call(getSyncTask, { task_id });
        if (status === 'queued' || status === 'running') throw new NotYet(status);
      },
      { timeoutMs: 20_000 },
    );
  }

  /** Channels are opened some time after calendars are there. */
  async #stored(): Promise<StoredCalendars> {
    const look = () => storedCalendars(this.world.stack.databaseUrl, this.person.accountIds);
    const isThere = async (): Promise<StoredCalendars> => {
      const stored = await look();
      if (stored.unwatched.length + stored.leftovers.length > 0) throw new NotYet([...stored.unwatched, ...stored.leftovers].join(', '));
      return stored;
    };
    return eventually('channels', isThere, { timeoutMs: beginMs, everyMs: 500 }).catch(look);
  }

  async #pause(ms: number): Promise<boolean> {
    await sleep(ms, undefined, { signal: this.#stop.signal }).catch((error: unknown) => messageOf(error));
    return !this.#stop.signal.aborted;
  }
}
