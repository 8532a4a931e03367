import { setTimeout as sleep } from 'node:timers/promises';
import { forceCalendarSync, getSyncTask, refreshCalendarAccount, type SyncTask } from '@patchbay/contracts';
import type { Command } from 'commander';
import { gatewayCommand, runsInSteps } from '../../command.js';
import { exitCodes } from '../../exit-codes.js';
import type { Streams } from '../../terminal.js';

interface Options {
  readonly full?: true;
  readonly wait: boolean;
}

const askEveryMs = 500;

/** `patchbay calendars refresh`. Ends with 3 when a calendar could not be read. Ctrl-C leaves it running. */
export const refreshCalendarsCommand = (streams: Streams): Command =>
  gatewayCommand('refresh', 'read the calendars of an account now')
    .argument('<id>', 'the account')
    .option('--full', 'read everything anew, not only what has changed')
    .option('--no-wait', 'only begin it')
    .action(
      runsInSteps<Options>(streams, async ({ terminal, client, signal }, { full, wait }, id = '') => {
        const patchbay = client();
        const begun = await patchbay.call(full === true ? forceCalendarSync : refreshCalendarAccount, { id });
        const progress = terminal.progress('Reading');
        let task = await patchbay.call(getSyncTask, { task_id: begun.task_id });
        while (wait && isUnderWay(task) && !signal.aborted) {
          await sleep(askEveryMs, undefined, { signal }).catch(() => undefined);
          task = await patchbay.call(getSyncTask, { task_id: begun.task_id });
          progress.at(task.percent ?? 0, 100);
        }
        progress.stop();
        terminal.result(task, textOf);
        if (signal.aborted) return exitCodes.interrupted;
        return task.status === 'failed' ? exitCodes.findings : exitCodes.ok;
      }),
    );

const isUnderWay = ({ status }: SyncTask): boolean => status === 'queued' || status === 'running';

const textOf = ({ task_id, status, changed, removed, calendars }: SyncTask): readonly string[] => [
  `Task ${task_id} is ${status}: ${changed} changed, ${removed} removed.`,
  ...calendars.filter(({ error }) => error !== null).map(({ name, error }) => `  ${name}: ${error}`),
];
