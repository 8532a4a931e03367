import { listWebhookEndpoints } from '@patchbay/contracts';
import type { Command } from 'commander';
import { gatewayCommand, runs } from '../../command.js';
import { exitCodes } from '../../exit-codes.js';
import { table, type Streams } from '../../terminal.js';
import { pagesOf } from '../../pages.js';

/** `patchbay webhooks list`. Ends with 3 when one was switched off by Patchbay. */
export const listWebhooksCommand = (streams: Streams): Command =>
  gatewayCommand('list', 'list your endpoints, newest first').action(
    runs(streams, async ({ terminal, client }) => {
      const patchbay = client();
      const items = await pagesOf(10_000, (page) => patchbay.call(listWebhookEndpoints, page));
      terminal.result({ items }, () =>
        items.length === 0
          ? ['There are none.']
          : table(
              ['ID', 'NAME', 'ADDRESS', 'EVENTS', 'ACTIVE', 'SIGNING'],
              items.map(({ id, name, webhook_url, events, is_active, disabled_reason, signing }) => [
                id,
                name,
                webhook_url,
                events.join(' '),
                is_active ? 'yes' : `no${disabled_reason === null ? '' : ` (${disabled_reason})`}`,
                signing,
              ]),
            ),
      );
      return items.some(({ disabled_reason }) => disabled_reason !== null) ? exitCodes.findings : exitCodes.ok;
    }),
  );
