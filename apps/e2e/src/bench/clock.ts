/**
 * The machine's clock in milliseconds with a fraction, aligned now: several processes, PostgreSQL among them, must agree on it.
 * `performance.timeOrigin` would not do, because the system's clock is corrected while the process lives.
 */
export function alignedClock(): () => number {
  const before = Date.now();
  while (Date.now() === before);
  const offset = Date.now() - performance.now();
  return () => offset + performance.now();
}
