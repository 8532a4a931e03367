import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { dataDirDefault } from './data-dir.js';
import { outsideFolderOf } from './postgres.js';
import { runningSupervisor, stopRunningStack } from './running-stack.js';

const running = runningSupervisor(dataDirDefault);
if (running !== null) console.log(`Patchbay runs here (process ${running}); it is stopped first.`);
await stopRunningStack(dataDirDefault);
const outside = outsideFolderOf(dataDirDefault);
if (outside !== null) rmSync(outside, { recursive: true, force: true });
// The fetched NATS program is the same for everybody and takes a download; it stays.
const kept = 'downloads';
for (const entry of existsSync(dataDirDefault) ? readdirSync(dataDirDefault) : []) {
  if (entry !== kept) rmSync(join(dataDirDefault, entry), { recursive: true, force: true });
}
console.log(`Forgot all local data: database, streams, secrets and logs. Kept ${join('.data', kept)} (the fetched NATS program).`);
