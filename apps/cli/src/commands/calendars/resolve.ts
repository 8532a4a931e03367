import { conflictActions, resolveConflicts, type BulkOutcome } from '@patchbay/contracts';
import { Option, type Command } from 'commander';
import { gatewayCommand, runs } from '../../command.js';
import { CommandFailure, exitCodes } from '../../exit-codes.js';
import { pagesOf } from '../../pages.js';
import { table, type Streams } from '../../terminal.js';

interface Options {
  readonly action: (typeof conflictActions)[number];
  readonly all?: true;
  readonly preview?: true;
}

/** `patchbay calendars resolve`. Ends with 3 when one could not be decided about. */
export const resolveConflictsCommand = (streams: Streams): Command =>
  gatewayCommand('resolve', 'decide about conflicts')
    .argument('[id]', 'the conflict; see "patchbay calendars conflicts"')
    .addOption(new Option('--action <action>', 'what to do').choices(conflictActions).makeOptionMandatory())
    .option('--all', 'about all open ones of the next 90 days')
    .option('--preview', 'only say what would be done')
    .action(
      runs<Options>(streams, async ({ terminal, client }, { action, all, preview }, id) => {
        if ((id === undefined) === (all === undefined)) throw new CommandFailure('Name one conflict, or say --all.', exitCodes.usage);
        const patchbay = client();
        const decision = { action, preview: preview === true };
        const items =
          id === undefined
            ? await pagesOf(10_000, ({ cursor }) =>
                patchbay.call(resolveConflicts, { ...decision, filter: {}, ...(cursor !== undefined && { cursor }) }),
              )
            : (await patchbay.call(resolveConflicts, { ...decision, ids: [id] })).items;
        terminal.result({ items }, () => (items.length === 0 ? ['There are none.'] : table(['CONFLICT', 'OUTCOME', 'WHY NOT'], items.map(rowOf))));
        return items.every(({ status }) => status !== 'failed') ? exitCodes.ok : exitCodes.findings;
      }),
    );

const rowOf = ({ conflict_id: id, status, code }: BulkOutcome): readonly string[] => [id, status, code ?? ''];
