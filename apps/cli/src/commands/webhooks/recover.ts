import { recoverWebhookDeliveries } from '@patchbay/contracts';
import type { Command } from 'commander';
import { gatewayCommand, runsInSteps } from '../../command.js';
import type { Streams } from '../../terminal.js';
import { followJob } from './follow-job.js';
import { timeOf } from './time-option.js';

interface Options {
  readonly since: string;
  readonly wait: boolean;
}

/** `patchbay webhooks recover`. */
export const recoverWebhookCommand = (streams: Streams): Command =>
  gatewayCommand('recover', 'make everything again that was given up since a time')
    .argument('<id>', 'the endpoint')
    .requiredOption('--since <time>', 'from then on: a time, or 24h')
    .option('--no-wait', 'only begin it')
    .action(
      runsInSteps<Options>(streams, async (context, { since, wait }, id = '') =>
        followJob(context, await context.client().call(recoverWebhookDeliveries, { id, since: timeOf(since, '--since') }), wait),
      ),
    );
