import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// Jest loads this file outside its own transforms, so the built library is what it can use.
const library = new URL('../../local-stack/dist/index.js', import.meta.url);

/** Starts one PostgreSQL and one NATS for the whole test run. */
export default async function startServers() {
  if (!existsSync(fileURLToPath(library))) {
    throw new Error('libs/local-stack is not built: run "npm run build", or the specs with "npm run test:integration -- <path>".');
  }
  const { startTestServers } = await import(library.href);
  globalThis.patchbayTestServers = await startTestServers();
}
