#!/usr/bin/env node
// The program is built like everything else; this file only finds it, so that `npx patchbay` works in a fresh clone as well.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const program = new URL('../dist/main.js', import.meta.url);
if (!existsSync(fileURLToPath(program))) {
  process.stderr.write('patchbay is not built yet: run "npm run build" first.\n');
  process.exit(1);
}
await import(program.href);
