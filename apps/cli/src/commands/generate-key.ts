import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { command, runs } from '../command.js';
import { CommandFailure, exitCodes } from '../exit-codes.js';
import type { Streams } from '../terminal.js';

const keyBytes = 32;

/** `patchbay generate-key`: a new master key in the form that TOKEN_MASTER_KEYS takes. */
export const generateKeyCommand = (streams: Streams): Command =>
  command('generate-key', 'make a master key for TOKEN_MASTER_KEYS; it is stored nowhere')
    .option('--id <id>', 'its id: letters, digits, - and _', `key-${new Date().toISOString().slice(0, 10)}`)
    .action(
      runs<{ readonly id: string }>(streams, async ({ terminal }, { id }) => {
        if (!/^[\w-]{1,32}$/.test(id)) throw new CommandFailure('An id has up to 32 letters, digits, - and _.', exitCodes.usage);
        const key = `${id}:${randomBytes(keyBytes).toString('base64')}`;
        terminal.result({ key }, () => [key]);
        // First at once, a replica that does not have it yet could not open what another one seals.
        terminal.note(
          'A first key is TOKEN_MASTER_KEYS. A further one goes behind the others, and first when every replica has it; then "patchbay rotate-keys".',
        );
      }),
    );
