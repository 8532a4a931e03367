import type { Random } from './random.js';

/** What one booking goes through. */
export interface BookingPlan {
  readonly index: number;
  readonly isRescheduled: boolean;
  readonly isCancelled: boolean;
  /** Milliseconds between its events. */
  readonly pausesMs: readonly [number, number];
}

/** One thing that is done to the running stack; `leadMs` is how far the bookings of the moment have come by then. */
export type Harm =
  | { readonly kind: 'kill'; readonly processes: readonly string[]; readonly pauseMs: number; readonly leadMs: number }
  /** PostgreSQL's own ways to end: `fast` rolls back and closes, `immediate` leaves at once. Both cut every connection. */
  | { readonly kind: 'restart'; readonly process: 'postgres'; readonly mode: 'fast' | 'immediate'; readonly pauseMs: number; readonly leadMs: number }
  /** NATS comes back without anything it stored. */
  | { readonly kind: 'wipe'; readonly process: 'nats'; readonly pauseMs: number }
  /** NATS stays away for longer than anybody waits for its acknowledgement. */
  | { readonly kind: 'outage'; readonly process: 'nats'; readonly pauseMs: number; readonly awayMs: number };

/** The two replicas of `webhooks`. */
export const webhooksReplicas = ['webhooks', 'webhooks-2'] as const;

/** Everything of which there is one. The sandbox is the world outside, and worlds do not crash. */
const single = ['gateway', 'auth', 'calendar', 'video', 'nats', 'postgres'] as const;

const awayMs = 7_000;

/** What a person would call it. */
export function nameOf(harm: Harm): string {
  if (harm.kind === 'kill') return `kill -9 ${harm.processes.join(', ')}`;
  if (harm.kind === 'restart') return `PostgreSQL, ${harm.mode}`;
  return harm.kind === 'wipe' ? 'NATS wiped' : 'NATS away for 7 s';
}

/** Most bookings stay, some move, some are cancelled, some both. */
export const planBooking = (index: number, random: Random): BookingPlan => ({
  index,
  isRescheduled: random.chance(0.25),
  isCancelled: random.chance(0.2),
  pausesMs: [random.between(50, 3_000), random.between(50, 3_000)],
});

/** One round: everything harmed once, one replica of `webhooks` and then both, in random order; in the first round NATS is wiped and kept away as well. */
export function planRound(round: number, random: Random, harms: 'all' | 'broker'): readonly Harm[] {
  const pauseMs = (): number => random.between(200, 1_500);
  const leadMs = (): number => random.between(0, 400);
  const [replica = webhooksReplicas[0]] = random.shuffled(webhooksReplicas);
  const killed = [...single.map((process) => [process]), [replica], webhooksReplicas];
  const kills = killed.map((processes): Harm => ({ kind: 'kill', processes, pauseMs: pauseMs(), leadMs: leadMs() }));
  const restarts = (['fast', 'immediate'] as const).map((mode): Harm => ({
    kind: 'restart',
    process: 'postgres',
    mode,
    pauseMs: pauseMs(),
    leadMs: leadMs(),
  }));
  if (round > 0) return random.shuffled([...kills, ...restarts]);
  const wipe: Harm = { kind: 'wipe', process: 'nats', pauseMs: pauseMs() };
  const outage: Harm = { kind: 'outage', process: 'nats', pauseMs: pauseMs(), awayMs };
  return harms === 'broker' ? [outage, wipe] : random.shuffled([...kills, ...restarts, wipe, outage]);
}
