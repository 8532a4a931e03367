import { Option, type Command } from 'commander';
import { createAdmin } from '@patchbay/contracts';
import { z } from 'zod';
import { command, runs } from '../command.js';
import { CommandFailure, exitCodes } from '../exit-codes.js';
import { runningStack } from '../gateway.js';
import type { Streams } from '../terminal.js';

interface Options {
  readonly email: string;
  readonly name?: string;
  readonly natsUrl?: string;
  readonly natsCaFile?: string;
  readonly dryRun?: boolean;
}

/**
 * `patchbay create-admin`: the first administrator, with an API key. It speaks to the bus, because nobody has credentials for the gateway yet; whoever
 * reaches the bus runs the installation.
 */
export const createAdminCommand = (streams: Streams): Command =>
  command('create-admin', 'make an administrator and an API key for it (needs NATS_URL)')
    .requiredOption('--email <address>', 'whose account it is')
    .option('--name <name>', 'as people call the administrator')
    .addOption(new Option('--nats-url <url>', 'where NATS is').env('NATS_URL'))
    .addOption(new Option('--nats-ca-file <path>', 'its certificate authority').env('NATS_CA_FILE'))
    .option('--dry-run', 'only say what would be made')
    .action(
      runs<Options>(streams, async ({ terminal }, { email, name, natsUrl, natsCaFile, dryRun = false }) => {
        if (!z.email().safeParse(email).success) throw new CommandFailure(`${email} is no e-mail address.`, exitCodes.usage);
        const wanted = { email, ...(name !== undefined && { name }) };
        if (dryRun) return terminal.result(wanted, () => [`Would make ${email} an administrator.`]);
        const servers = natsUrl ?? runningStack()?.natsUrl;
        if (servers === undefined) throw new CommandFailure('Say where NATS is: --nats-url, or NATS_URL.', exitCodes.usage);
        // Half a second of loading that no other command needs.
        const [{ connectNats, RequestClient }, { createLogger }] = await Promise.all([
          import('@patchbay/messaging'),
          import('@patchbay/service-kit'),
        ]);
        const connection = await connectNats({ servers, caFile: natsCaFile, name: 'cli', log: createLogger('cli', 'silent') });
        const requests = new RequestClient(connection);
        try {
          const made = await requests.send(createAdmin, wanted);
          terminal.result(made, ({ user, is_new: isNew, key }) => [
            `${user.email ?? user.id} ${isNew ? 'was made' : 'is now'} an administrator (${user.id}).`,
            `API key, shown this once: ${key}`,
          ]);
        } finally {
          requests.close();
          await connection.close();
        }
      }),
    );
