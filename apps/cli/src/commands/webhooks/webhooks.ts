import { Command } from 'commander';
import type { Streams } from '../../terminal.js';
import { createWebhookCommand } from './create.js';
import { webhookDeliveriesCommand } from './deliveries.js';
import { listWebhooksCommand } from './list.js';
import { recoverWebhookCommand } from './recover.js';
import { replayWebhookCommand } from './replay.js';
import { resendWebhookCommand } from './resend.js';
import { rotateWebhookSecretCommand } from './rotate-secret.js';
import { webhookStatisticsCommand } from './statistics.js';
import { testWebhookCommand } from './test.js';

/** `patchbay webhooks …`: the caller's own endpoints. */
export const webhooksCommand = (streams: Streams): Command =>
  [
    listWebhooksCommand,
    createWebhookCommand,
    testWebhookCommand,
    webhookDeliveriesCommand,
    resendWebhookCommand,
    recoverWebhookCommand,
    replayWebhookCommand,
    rotateWebhookSecretCommand,
    webhookStatisticsCommand,
  ].reduce((parent, make) => parent.addCommand(make(streams)), new Command('webhooks').description('your webhook endpoints and what went to them'));
