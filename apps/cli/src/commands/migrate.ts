import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Option, type Command } from 'commander';
import { consumingServices, type ConsumingService } from '@patchbay/contracts';
import { z } from 'zod';
import { childEnvironment } from '../child-environment.js';
import { command, runsInSteps, type CommandContext } from '../command.js';
import { CommandFailure, exitCodes } from '../exit-codes.js';
import { given, runningStack } from '../gateway.js';
import { table, type Streams } from '../terminal.js';

interface Options {
  readonly service?: ConsumingService;
  readonly databaseUrl?: string;
  readonly config?: string;
  readonly dryRun?: boolean;
}

/** What is the same for every service. */
interface Run {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

const line = z.object({ service: z.string(), migration: z.string(), status: z.enum(['applied', 'pending']) });
type Migration = z.output<typeof line>;

/** `patchbay migrate`: brings the schema of every service up to date. Each service's own program does it, for nobody else knows its tables. */
export const migrateCommand = (streams: Streams): Command =>
  command('migrate', 'bring the database up to date ; services also do it when they start')
    .option('--service <name>', `only this one: ${consumingServices.join(', ')}`)
    .addOption(new Option('--database-url <url>', 'where PostgreSQL is; that of "npm start" in this folder when nothing is said').env('DATABASE_URL'))
    .addOption(new Option('--config <path>', 'a JSON file with DATABASE_URL in it').env('PATCHBAY_CONFIG'))
    .option('--dry-run', 'only say what would be done')
    .action(runsInSteps<Options>(streams, migrate));

async function migrate({ terminal, signal }: CommandContext, { service, dryRun = false, ...database }: Options): Promise<number> {
  if (service !== undefined && !consumingServices.includes(service)) {
    throw new CommandFailure(`There is no service ${service}: ${consumingServices.join(', ')}.`, exitCodes.usage);
  }
  const services = service === undefined ? consumingServices : [service];
  const run = { args: [dryRun ? '--migrate=dry-run' : '--migrate'], env: environmentOf(database), signal };
  const progress = terminal.progress('Migrating');
  const migrations: Migration[] = [];
  try {
    // One after the other: they would wait for each other's lock anyway.
    for (const [index, name] of services.entries()) {
      progress.at(index, services.length);
      migrations.push(...(await migrateService(name, run)));
      if (signal.aborted) throw interrupted;
    }
    progress.at(services.length, services.length);
  } finally {
    progress.stop();
  }
  terminal.result({ migrations }, () =>
    migrations.length === 0
      ? ['Everything is up to date.']
      : table(
          ['SERVICE', 'MIGRATION', 'STATUS'],
          migrations.map(({ service: name, migration, status }) => [name, migration, status]),
        ),
  );
  return exitCodes.ok;
}

const interrupted = new CommandFailure('Interrupted. What was applied stays; run again, it goes on from there.', exitCodes.interrupted);

/** The programs read their own variables; only the database of the stack in this folder they cannot know. @throws CommandFailure without any. */
function environmentOf({ databaseUrl, config }: Pick<Options, 'databaseUrl' | 'config'>): NodeJS.ProcessEnv {
  const file = given(config);
  const url = given(databaseUrl) ?? (file === undefined ? runningStack()?.databaseUrl : undefined);
  if (url !== undefined || file !== undefined) return childEnvironment({ DATABASE_URL: url, PATCHBAY_CONFIG: file });
  throw new CommandFailure(
    'Say where the database is: --database-url, or DATABASE_URL. No stack of "npm start" runs in this folder.',
    exitCodes.usage,
  );
}

async function migrateService(name: ConsumingService, { args, env, signal }: Run): Promise<readonly Migration[]> {
  const program = fileURLToPath(new URL(`../../../${name}/dist/main.js`, import.meta.url));
  if (!existsSync(program)) throw new CommandFailure(`${name} is not built here: run "npm run build", or run its own program with --migrate.`);
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env });
  const [output, complaint, code] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise<number | null>((ended) => child.on('close', ended)),
  ]);
  // Ctrl-C reaches the program as well.
  if (code !== 0 && signal.aborted) throw interrupted;
  if (code !== 0) throw new CommandFailure(complaint.trim() === '' ? `${name} could not be migrated.` : complaint.trim());
  return output
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => line.parse(JSON.parse(text)));
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}
