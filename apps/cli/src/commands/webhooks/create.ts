import { createWebhookEndpoint } from '@patchbay/contracts';
import { Option, type Command } from 'commander';
import { gatewayCommand, runs } from '../../command.js';
import type { Streams } from '../../terminal.js';

interface Options {
  readonly name: string;
  readonly to: string;
  readonly event: readonly string[];
  readonly signing: 'hmac' | 'ed25519';
  readonly description?: string;
}

/** `patchbay webhooks create`. Without --json, standard output is the secret alone. */
export const createWebhookCommand = (streams: Streams): Command =>
  gatewayCommand('create', 'add an endpoint; its secret is printed this once')
    .requiredOption('--name <name>', 'what to call it')
    .requiredOption('--to <address>', 'where events are sent')
    .requiredOption('--event <pattern...>', 'an event type, or a pattern such as booking_*')
    .option('--description <text>', 'a note for people')
    .addOption(new Option('--signing <scheme>', 'hmac: a shared secret; ed25519: a key pair').choices(['hmac', 'ed25519']).default('hmac'))
    .action(
      runs<Options>(streams, async ({ terminal, client }, { name, to, event, signing, description }) => {
        const input = { name, webhook_url: to, events: [...event], signing, ...(description !== undefined && { description }) };
        const endpoint = await client().call(createWebhookEndpoint, input);
        terminal.note(`${endpoint.name} has the id ${endpoint.id}.`);
        if (endpoint.public_key !== null) terminal.note(`Receivers verify with ${endpoint.public_key}.`);
        terminal.result(endpoint, ({ secret_key }) => [secret_key]);
      }),
    );
