import { defineErrors } from '../definitions/define-errors.js';

/** Failures of webhook endpoints and of published events. */
export const webhooksErrors = defineErrors({
  webhook_not_found: { status: 404, title: 'There is no such webhook endpoint.', remedy: "List the endpoints; another user's are never visible." },
  webhook_delivery_not_found: { status: 404, title: 'There is no such delivery.', remedy: 'List the deliveries of an endpoint of yours.' },
  webhook_job_not_found: { status: 404, title: 'There is no such job.', remedy: 'List the jobs of an endpoint of yours.' },
  webhook_job_running: {
    status: 409,
    title: 'Another job of this webhook endpoint is not finished.',
    remedy: 'Wait until it is; details name it as job_id.',
  },
  webhook_inactive: { status: 409, title: 'The webhook endpoint is switched off.', remedy: 'Switch it on with is_active, then ask again.' },
  webhook_url_not_allowed: {
    status: 400,
    title: 'Webhooks may not be sent to this address.',
    remedy: 'Use a public http or https address. An operator can allow single internal ones with WEBHOOKS_EGRESS_ALLOW.',
  },
  event_type_unknown: { status: 400, title: 'There is no such event type.', remedy: 'Use a type of docs/events.md that a product may publish.' },
  event_version_unknown: { status: 400, title: 'There is no such version of this event type.', remedy: 'Use the version of docs/events.md.' },
});
