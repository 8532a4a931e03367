import { rmSync } from 'node:fs';

/** Stops what start-stack.mjs started, and deletes its data. */
export default async function stopWholeStack() {
  const stack = globalThis.patchbayWholeStack;
  await stack?.stop();
  if (stack) rmSync(stack.dataDir, { recursive: true, force: true });
}
