import type { PatchbayClient } from '@patchbay/api-client';
import { exportWebhookDeliveries, listWebhookDeliveries } from '@patchbay/contracts';
import { Option, type Command } from 'commander';
import { gatewayCommand, runs, type CommandContext } from '../../command.js';
import { CommandFailure, exitCodes } from '../../exit-codes.js';
import { table, type Streams } from '../../terminal.js';
import { pagesOf } from '../../pages.js';
import { timeOf } from './time-option.js';

interface Options {
  readonly status?: 'pending' | 'succeeded' | 'failed';
  readonly event?: string;
  readonly since?: string;
  readonly until?: string;
  readonly search?: string;
  readonly limit: string;
  readonly export?: 'csv' | 'ndjson';
}

/** `patchbay webhooks deliveries`. */
export const webhookDeliveriesCommand = (streams: Streams): Command =>
  gatewayCommand('deliveries', 'list what went to an endpoint, newest first')
    .argument('<id>', 'the endpoint')
    .addOption(new Option('--status <status>', 'only these').choices(['pending', 'succeeded', 'failed']))
    .option('--event <pattern>', 'only events of this type, or pattern')
    .option('--since <time>', 'only from then on: a time, or 24h')
    .option('--until <time>', 'only before then')
    .option('--search <text>', 'an id, a part of an event type or an error, or a status code')
    .option('--limit <count>', 'at most so many', '50')
    .addOption(new Option('--export <format>', 'all of them as lines for another program').choices(['csv', 'ndjson']))
    .action(runs<Options>(streams, (context, options, id = '') => deliveries(context, options, id)));

async function deliveries({ terminal, client }: CommandContext, options: Options, id: string): Promise<void> {
  const max = Number(options.limit);
  if (!(max >= 1)) throw new CommandFailure('--limit takes a number above zero.', exitCodes.usage);
  const wanted = { id, ...filterOf(options) };
  if (options.export !== undefined) return exportAll(client(), { ...wanted, format: options.export }, (text) => terminal.result(text, () => [text]));
  const items = await pagesOf(max, (page) => client().call(listWebhookDeliveries, { ...wanted, ...page }));
  terminal.result({ items }, () =>
    items.length === 0
      ? ['There are none.']
      : table(
          ['ID', 'MADE', 'EVENT', 'STATUS', 'ATTEMPTS', 'LAST'],
          items.map(({ id: delivery, created_at, event_type, status, attempt_count, attempts }) => {
            const last = attempts.at(-1);
            return [delivery, created_at, event_type, status, String(attempt_count), String(last?.status_code ?? last?.error ?? '')];
          }),
        ),
  );
}

const filterOf = ({ status, event, since, until, search }: Options) => ({
  ...(status !== undefined && { status }),
  ...(event !== undefined && { event_type: event }),
  ...(since !== undefined && { since: timeOf(since, '--since') }),
  ...(until !== undefined && { until: timeOf(until, '--until') }),
  ...(search !== undefined && { q: search }),
});

type ExportInput = { readonly id: string; readonly format: 'csv' | 'ndjson' };

/** Writes page after page: a log of months must not be kept in memory. */
async function exportAll(client: PatchbayClient, input: ExportInput, write: (text: string) => void): Promise<void> {
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await client.call(exportWebhookDeliveries, { ...input, ...(cursor !== undefined && { cursor }) });
    if (page.content !== '') write(page.content.trimEnd());
    cursor = page.next_cursor;
  }
}
