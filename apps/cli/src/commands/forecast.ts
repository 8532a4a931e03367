import type { Command } from 'commander';
import { listAllExpiringConnections, type ExpiringConnection } from '@patchbay/contracts';
import { gatewayCommand, runs } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import { table, type Streams } from '../terminal.js';

/** `patchbay forecast`: which connections will stop to work, and when. */
export const forecastCommand = (streams: Streams): Command =>
  gatewayCommand('forecast', 'list connections that will stop to work, and when')
    .option('--days <count>', 'how far to look ahead', '30')
    .action(
      runs<{ readonly days: string }>(streams, async ({ terminal, client }, { days }) => {
        const items: ExpiringConnection[] = [];
        const patchbay = client();
        for (let cursor: string | null | undefined; cursor !== null;) {
          const page = await patchbay.call(listAllExpiringConnections, { days, limit: 200, ...(cursor !== undefined && { cursor }) });
          items.push(...page.items);
          cursor = page.next_cursor;
        }
        terminal.result({ items }, () => textOf(items, days));
        return items.length > 0 ? exitCodes.findings : exitCodes.ok;
      }),
    );

const textOf = (items: readonly ExpiringConnection[], days: string): readonly string[] =>
  items.length === 0
    ? [`Nothing will stop to work within ${days} days.`]
    : table(
        ['WHEN', 'PROVIDER', 'TYPE', 'ACCOUNT', 'USER', 'WHY', 'WHAT TO DO'],
        items.map((item) => [item.breaks_at, item.provider, item.type, item.provider_email ?? '', item.user_id, item.message, item.remedy]),
      );
