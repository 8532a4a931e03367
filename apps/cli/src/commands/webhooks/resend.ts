import { resendWebhookDelivery } from '@patchbay/contracts';
import type { Command } from 'commander';
import { gatewayCommand, runs } from '../../command.js';
import type { Streams } from '../../terminal.js';

/** `patchbay webhooks resend`. */
export const resendWebhookCommand = (streams: Streams): Command =>
  gatewayCommand('resend', 'make one delivery again')
    .argument('<delivery>', 'its id, as "webhooks deliveries" shows it')
    .action(
      runs(streams, async ({ terminal, client }, _options, id = '') => {
        const delivery = await client().call(resendWebhookDelivery, { id });
        terminal.result(delivery, () => [`The delivery of ${delivery.event_type} is on its way again.`]);
      }),
    );
