import { listBlocks, type ManualBlock } from '@patchbay/contracts';
import type { Command } from 'commander';
import { gatewayCommand, runs } from '../../command.js';
import { pagesOf } from '../../pages.js';
import { table, type Streams } from '../../terminal.js';

/** `patchbay calendars blocks`. */
export const blocksCommand = (streams: Streams): Command =>
  gatewayCommand('blocks', 'list the times that you keep free by hand, newest first').action(
    runs(streams, async ({ terminal, client }) => {
      const patchbay = client();
      const items = await pagesOf(10_000, (page) => patchbay.call(listBlocks, page));
      terminal.result({ items }, () =>
        items.length === 0 ? ['There are none.'] : table(['BLOCK', 'TITLE', 'FROM', 'TO', 'REPEATS'], items.map(rowOf)),
      );
    }),
  );

const rowOf = ({ id, title, start_time: from, end_time: to, recurrence }: ManualBlock): readonly string[] => [
  id,
  title,
  from,
  to,
  recurrence.join(' '),
];
