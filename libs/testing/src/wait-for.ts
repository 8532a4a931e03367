/** Longer than anything a test waits for takes. Milliseconds. */
const patienceMs = 20_000;

/**
 * Looks again and again until there is an answer, in place of a pause of guessed length.
 *
 * @throws after 20 seconds, with what was waited for.
 */
export async function waitFor<Value>(look: () => Value | undefined | Promise<Value | undefined>, what: string): Promise<Value> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const value = await look();
    if (value !== undefined) return value;
    if (Date.now() > until) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
