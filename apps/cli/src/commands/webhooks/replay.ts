import { replayWebhookDeliveries } from '@patchbay/contracts';
import type { Command } from 'commander';
import { gatewayCommand, runsInSteps } from '../../command.js';
import type { Streams } from '../../terminal.js';
import { followJob } from './follow-job.js';
import { timeOf } from './time-option.js';

interface Options {
  readonly from: string;
  readonly to: string;
  readonly wait: boolean;
}

/** `patchbay webhooks replay`. */
export const replayWebhookCommand = (streams: Streams): Command =>
  gatewayCommand('replay', 'make everything of a time again, whatever became of it')
    .argument('<id>', 'the endpoint')
    .requiredOption('--from <time>', 'from then on: a time, or 24h')
    .requiredOption('--to <time>', 'before then: a time, or 0m for now')
    .option('--no-wait', 'only begin it')
    .action(
      runsInSteps<Options>(streams, async (context, { from, to, wait }, id = '') => {
        const range = { from: timeOf(from, '--from'), to: timeOf(to, '--to') };
        return followJob(context, await context.client().call(replayWebhookDeliveries, { id, ...range }), wait);
      }),
    );
