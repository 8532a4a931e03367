import { rotateWebhookSecret } from '@patchbay/contracts';
import { Option, type Command } from 'commander';
import { gatewayCommand, runs } from '../../command.js';
import { CommandFailure, exitCodes } from '../../exit-codes.js';
import type { Streams } from '../../terminal.js';

interface Options {
  readonly overlap: string;
  readonly signing?: 'hmac' | 'ed25519';
}

/** `patchbay webhooks rotate-secret`. Without --json, standard output is the new secret alone. */
export const rotateWebhookSecretCommand = (streams: Streams): Command =>
  gatewayCommand('rotate-secret', 'give an endpoint a new secret, printed this once')
    .argument('<id>', 'the endpoint')
    .option('--overlap <hours>', 'how long the old one signs as well', '24')
    .addOption(new Option('--signing <scheme>', 'change to another scheme').choices(['hmac', 'ed25519']))
    .action(
      runs<Options>(streams, async ({ terminal, client }, { overlap, signing }, id = '') => {
        const overlap_hours = Number(overlap);
        if (!(overlap_hours >= 0)) throw new CommandFailure('--overlap takes a number of hours.', exitCodes.usage);
        const endpoint = await client().call(rotateWebhookSecret, { id, overlap_hours, ...(signing !== undefined && { signing }) });
        if (endpoint.previous_secret_until !== null) terminal.note(`The old secret signs as well until ${endpoint.previous_secret_until}.`);
        if (endpoint.public_key !== null) terminal.note(`Receivers verify with ${endpoint.public_key}.`);
        terminal.result(endpoint, ({ secret_key }) => [secret_key]);
      }),
    );
