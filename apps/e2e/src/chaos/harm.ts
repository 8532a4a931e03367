import { eventually, NotYet } from '@patchbay/local-stack';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Harm } from './plan.js';
import type { Publisher } from './publisher.js';
import type { KnownBooking } from './record.js';
import type { World } from './world.js';

/** What was done, and how long it took until work flowed again. */
export interface Recovery {
  readonly harm: Harm;
  /** From the harm until a booking made after it was through; null when it never was. */
  readonly ms: number | null;
}

/** How many bookings are on their way at the moment of a harm. */
const inFlight = { kill: 3, restart: 10, wipe: 10, outage: 10 } as const;

/** How PostgreSQL is told to end. https://www.postgresql.org/docs/current/server-shutdown.html */
const endings = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const;

/** Does one harm to the stack while bookings are on their way, then waits until a fresh one is through. */
export class Harmer {
  #count = 0;

  constructor(
    private readonly world: World,
    private readonly publisher: Publisher,
    private readonly patienceMs: number,
  ) {}

  async inflict(harm: Harm): Promise<Recovery> {
    const number = this.#count++;
    await sleep(harm.pauseMs);
    await Promise.all(Array.from({ length: inFlight[harm.kind] }, (_, index) => this.publisher.publishOne(`burst-${number}-${index}`, 'load')));
    await this.#strike(harm);
    const struckAt = performance.now();
    const canary = await this.publisher.publishOne(`canary-${number}`, 'canary');
    try {
      await eventually(canary.title, () => this.#isThrough(canary), { timeoutMs: this.patienceMs, everyMs: 100 });
      return { harm, ms: performance.now() - struckAt };
    } catch {
      return { harm, ms: null };
    }
  }

  async #strike(harm: Harm): Promise<void> {
    const { stack } = this.world;
    if (harm.kind === 'wipe') return stack.wipeNats();
    if (harm.kind === 'outage') {
      await stack.halt('nats');
      await sleep(harm.awayMs);
      return stack.restart('nats');
    }
    await sleep(harm.leadMs);
    if (harm.kind === 'restart') return this.#signal(harm.process, endings[harm.mode]);
    await Promise.all(harm.processes.map((process) => this.#signal(process, 'SIGKILL')));
  }

  // Between a death and the next start there is nothing to kill.
  #signal(process: string, signal: NodeJS.Signals): Promise<void> {
    return eventually(`${process} runs`, async () => {
      if (!this.world.stack.kill(process, signal)) throw new NotYet('no process');
    });
  }

  async #isThrough({ id, title }: KnownBooking): Promise<void> {
    const { farEnd } = this.world;
    await farEnd.refresh();
    const [meeting] = farEnd.titled('meeting', title);
    const [event] = farEnd.titled('event', title);
    const types = new Set(farEnd.webhooksOf(id).map((webhook) => webhook.type));
    const isThrough =
      meeting !== undefined &&
      event?.location.includes(meeting.id) === true &&
      ['booking_created', 'meeting_link_created', 'calendar_event_created'].every((type) => types.has(type));
    if (!isThrough) throw new NotYet('it is not through');
  }
}
