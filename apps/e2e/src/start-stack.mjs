import { existsSync, chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Jest loads this file outside its own transforms, so the built library is what it can use.
const library = new URL('../../../libs/local-stack/dist/index.js', import.meta.url);

/** Starts one whole Patchbay for all whole-stack specs of a test run, on free ports, with data of its own. */
export default async function startWholeStack() {
  if (!existsSync(fileURLToPath(library))) throw new Error('Nothing is built: run "npm run build", or the specs with "npm run e2e -- <path>".');
  const { freePorts, issueDevelopmentTokens, startStack } = await import(library.href);
  const dataDir = mkdtempSync(join(tmpdir(), 'patchbay-e2e-'));
  // PostgreSQL's account must get into the folder; mkdtemp makes it for us alone.
  chmodSync(dataDir, 0o711);
  const pidsFile = join(dataDir, 'pids.json');
  const onChange = (pids) => writeFileSync(pidsFile, JSON.stringify(pids));
  // All specs share one address, from which the access specs call every route without credentials several times.
  const env = { WEBHOOKS_RETRY_SCHEDULE_SECONDS: '1,1,2,2,5,5,5,5,5,5', RATE_LIMIT_ADDRESS_PER_MINUTE: '3000' };
  const stack = await startStack({ dataDir, ports: await freePorts(), env, onChange });
  globalThis.patchbayWholeStack = stack;
  const { gatewayUrl, sandboxUrl, natsUrl, databaseUrl, secrets } = stack;
  const users = await issueDevelopmentTokens(natsUrl);
  const facts = { gatewayUrl, sandboxUrl, natsUrl, databaseUrl, pidsFile, users, serviceApiKey: secrets.serviceApiKey };
  process.env.PATCHBAY_E2E_STACK = JSON.stringify(facts);
}
