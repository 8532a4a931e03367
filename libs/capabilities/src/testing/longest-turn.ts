/** How long a piece of work kept the processor to itself. Milliseconds of computing: what the machine did for others meanwhile does not count. */
export interface WorkedTurns<Result> {
  readonly result: Result;
  /** The longest time without a turn for anybody else in the process. */
  readonly longestMs: number;
  readonly totalMs: number;
}

/** Does work and looks how well it leaves the process to others in between. */
export async function longestTurnOf<Result>(work: () => Result | Promise<Result>): Promise<WorkedTurns<Result>> {
  const begunMs = computedMs();
  let lastMs = begunMs;
  let longestMs = 0;
  const look = (): void => {
    const now = computedMs();
    longestMs = Math.max(longestMs, now - lastMs);
    lastMs = now;
  };
  const others = setInterval(look, 1);
  // Without a turn before it, nobody would look when it begins.
  await new Promise(setImmediate);
  const result = await work();
  look();
  clearInterval(others);
  return { result, longestMs, totalMs: lastMs - begunMs };
}

const computedMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};
