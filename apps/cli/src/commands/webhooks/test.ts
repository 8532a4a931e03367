import { testWebhookEndpoint } from '@patchbay/contracts';
import type { Command } from 'commander';
import { gatewayCommand, runs } from '../../command.js';
import { exitCodes } from '../../exit-codes.js';
import type { Streams } from '../../terminal.js';

/** `patchbay webhooks test`. Ends with 3 when the receiver did not take it. */
export const testWebhookCommand = (streams: Streams): Command =>
  gatewayCommand('test', 'send a test event now')
    .argument('<id>', 'the endpoint')
    .action(
      runs(streams, async ({ terminal, client }, _options, id = '') => {
        const result = await client().call(testWebhookEndpoint, { id });
        const answer = `${result.status_code ?? 'no answer'} after ${result.duration_ms} ms`;
        terminal.result(result, ({ success, error }) => [
          success ? `It was taken: ${answer}.` : `It was not taken: ${error ?? 'unknown'} (${answer}).`,
        ]);
        return result.success ? exitCodes.ok : exitCodes.findings;
      }),
    );
