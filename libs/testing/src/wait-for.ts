/** Longer than almost anything a test waits for takes. Milliseconds. */
const usualPatienceMs = 20_000;

/**
 * Looks again and again until there is an answer, in place of a pause of guessed length.
 *
 * @param patienceMs longer only for what waits for time to pass by itself, such as a circuit that closes again.
 * @throws after that, with what was waited for.
 */
export async function waitFor<Value>(
  look: () => Value | undefined | Promise<Value | undefined>,
  what: string,
  patienceMs = usualPatienceMs,
): Promise<Value> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const value = await look();
    if (value !== undefined) return value;
    if (Date.now() > until) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
