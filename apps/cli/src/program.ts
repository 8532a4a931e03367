import { readFileSync } from 'node:fs';
import { Command, type CommanderError } from 'commander';
import { z } from 'zod';
import { calendarsCommand } from './commands/calendars/calendars.js';
import { createAdminCommand } from './commands/create-admin.js';
import { createApiKeyCommand } from './commands/create-api-key.js';
import { deadLettersCommand } from './commands/dead-letters/dead-letters.js';
import { doctorCommand } from './commands/doctor.js';
import { forecastCommand } from './commands/forecast.js';
import { generateKeyCommand } from './commands/generate-key.js';
import { importConnectionsCommand } from './commands/import-connections.js';
import { migrateCommand } from './commands/migrate.js';
import { rotateKeysCommand } from './commands/rotate-keys.js';
import { webhooksCommand } from './commands/webhooks/webhooks.js';
import { exitCodes } from './exit-codes.js';
import type { Streams } from './terminal.js';

/** Everything that can be typed after `patchbay`. */
export function program(streams: Streams): Command {
  const patchbay = new Command('patchbay')
    .description('Runs a Patchbay installation from a terminal.')
    .version(versionOf(new URL('../package.json', import.meta.url)))
    .configureOutput({ writeOut: (text) => streams.out.write(text), writeErr: (text) => streams.err.write(text) })
    .showHelpAfterError('("patchbay --help" lists the commands)')
    .addHelpText('after', helpOnExit);
  for (const make of commands) patchbay.addCommand(make(streams));
  usageErrorsEndWith2(patchbay);
  return patchbay;
}

// One line for each command, in the order of the help.
const commands: readonly ((streams: Streams) => Command)[] = [
  migrateCommand,
  doctorCommand,
  forecastCommand,
  rotateKeysCommand,
  generateKeyCommand,
  createAdminCommand,
  createApiKeyCommand,
  importConnectionsCommand,
  deadLettersCommand,
  calendarsCommand,
  webhooksCommand,
];

const versionOf = (packageFile: URL): string => z.object({ version: z.string() }).parse(JSON.parse(readFileSync(packageFile, 'utf8'))).version;

const helpOnExit = `
Exit codes: ${exitCodes.ok} done, ${exitCodes.failed} failed, ${exitCodes.usage} asked for wrongly, ${exitCodes.findings} done and something needs attention, ${exitCodes.interrupted} interrupted.
While "npm start" runs in this folder, commands talk to it as its administrator.`;

/** Commander ends with 1 for a wrong option, which scripts could not tell from a failure. */
function usageErrorsEndWith2(parent: Command): void {
  for (const each of [parent, ...parent.commands]) {
    each.configureOutput(parent.configureOutput());
    each.exitOverride((error: CommanderError) => process.exit(error.exitCode === 0 ? exitCodes.ok : exitCodes.usage));
    if (each !== parent) usageErrorsEndWith2(each);
  }
}
