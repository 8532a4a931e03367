import { createApiKey, roles, routeCatalog, scopeOf, type Role } from '@patchbay/contracts';
import type { Command } from 'commander';
import { gatewayCommand, runs } from '../command.js';
import { CommandFailure, exitCodes } from '../exit-codes.js';
import type { Streams } from '../terminal.js';

interface Options {
  readonly name: string;
  readonly role: Role;
  readonly scope?: readonly string[];
  readonly days?: string;
  readonly dryRun?: boolean;
}

const dayMs = 86_400_000;
/** A hundred years: further off, dates end. */
const daysMax = 36_500;

/** A key with a scope that no route asks for could do nothing, and nobody would say why. */
const scopes: ReadonlySet<string> = new Set(routeCatalog.map(scopeOf).sort());

/** `patchbay create-api-key`: a key for a service of the product. */
export const createApiKeyCommand = (streams: Streams): Command =>
  gatewayCommand('create-api-key', 'make an API key for a service; it is shown once')
    .requiredOption('--name <name>', 'what it is for')
    .option('--role <role>', roles.join(', '), 'service')
    .option('--scope <scope...>', 'what it may do within its role, such as webhooks:write; everything when absent')
    .option('--days <count>', 'how long it works; without an end when absent')
    .option('--dry-run', 'only say what would be made')
    .action(
      runs<Options>(streams, async ({ terminal, client }, { name, role, scope, days, dryRun = false }) => {
        if (!roles.includes(role)) throw new CommandFailure(`There is no role ${role}: ${roles.join(', ')}.`, exitCodes.usage);
        const strange = scope?.find((each) => !scopes.has(each));
        if (strange !== undefined) throw new CommandFailure(`There is no scope ${strange}: ${[...scopes].join(', ')}.`, exitCodes.usage);
        const count = days === undefined ? undefined : Number(days);
        if (count !== undefined && !(count > 0 && count <= daysMax))
          throw new CommandFailure(`--days takes a number above zero, ${daysMax} at the most.`, exitCodes.usage);
        const wanted = {
          name,
          role,
          ...(scope !== undefined && { scopes: [...scope] }),
          ...(count !== undefined && { expires_at: new Date(Date.now() + count * dayMs).toISOString() }),
        };
        if (dryRun) return terminal.result(wanted, () => [`Would make the ${role} key "${name}".`]);
        terminal.result(await client().call(createApiKey, wanted), (made) => [`${made.name} (${made.id})`, `API key, shown this once: ${made.key}`]);
      }),
    );
