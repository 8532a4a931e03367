/** The clock of all fakes: the machine's, plus what somebody moved it by. */
export interface VirtualClock {
  now(): Date;
  /** Seconds it is ahead of the machine's clock. */
  offsetSeconds(): number;
  advance(seconds: number): void;
  reset(): void;
}

export const createVirtualClock = (machine: () => Date = () => new Date()): VirtualClock => {
  let offsetMs = 0;
  return {
    now: () => new Date(machine().getTime() + offsetMs),
    offsetSeconds: () => offsetMs / 1000,
    advance: (seconds) => {
      offsetMs += seconds * 1000;
    },
    reset: () => {
      offsetMs = 0;
    },
  };
};
