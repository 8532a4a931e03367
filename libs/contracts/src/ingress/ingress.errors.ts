import { defineErrors } from '../definitions/define-errors.js';

/** Failures of webhooks that providers send. */
export const ingressErrors = defineErrors({
  webhook_signature_invalid: {
    status: 401,
    title: 'The webhook is not signed as this provider signs.',
    remedy: 'Check the webhook secret of the provider, and that nothing on the way changes the body. Nothing was stored.',
  },
  received_webhook_not_found: {
    status: 404,
    title: 'There is no such received webhook.',
    remedy: 'List them; old ones are removed after the retention period.',
  },
});
