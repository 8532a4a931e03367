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
  | { readonly kind: 'kill'; readonly component: string; readonly pauseMs: number; readonly leadMs: number }
  /** NATS comes back without anything it stored. */
  | { readonly kind: 'wipe'; readonly component: 'nats'; readonly pauseMs: number }
  /** NATS stays away for longer than anybody waits for its acknowledgement. */
  | { readonly kind: 'outage'; readonly component: 'nats'; readonly pauseMs: number; readonly awayMs: number };

/** Everything that is killed. The sandbox is the world outside, and worlds do not crash. */
const components = ['gateway', 'auth', 'calendar', 'video', 'webhooks', 'nats', 'postgres'] as const;

const awayMs = 7_000;

/** Most bookings stay, some move, some are cancelled, some both. */
export const planBooking = (index: number, random: Random): BookingPlan => ({
  index,
  isRescheduled: random.chance(0.25),
  isCancelled: random.chance(0.2),
  pausesMs: [random.between(50, 3_000), random.between(50, 3_000)],
});

/** One round: every component killed once, in random order; in the first round NATS is wiped and kept away as well. */
export function planRound(round: number, random: Random, harms: 'all' | 'broker'): readonly Harm[] {
  const pauseMs = (): number => random.between(200, 1_500);
  const kills = components.map((component): Harm => ({ kind: 'kill', component, pauseMs: pauseMs(), leadMs: random.between(0, 400) }));
  if (round > 0) return random.shuffled(kills);
  const wipe: Harm = { kind: 'wipe', component: 'nats', pauseMs: pauseMs() };
  const outage: Harm = { kind: 'outage', component: 'nats', pauseMs: pauseMs(), awayMs };
  return harms === 'broker' ? [outage, wipe] : random.shuffled([...kills, wipe, outage]);
}
