import { defineRoute, forPeople, forServices } from '../definitions/define-route.js';
import * as webhooks from './webhooks.requests.js';

const tag = 'Webhooks';
const endpoints = '/api/v1/integrations/webhooks';
const readOnlyKeys = ['id', 'disabled_reason', 'has_secret', 'signing', 'public_key', 'previous_secret_until', 'created_at', 'updated_at'];

/** Paths of events and of webhook endpoints. */
export const webhooksRoutes = [
  defineRoute({
    method: 'POST',
    path: '/api/v1/events',
    request: webhooks.publishEvents,
    access: forServices,
    status: 202,
    headers: { 'idempotency-key': 'id' },
    tag: 'Events',
    summary: 'Publish booking events; answered when they are durable',
  }),
  defineRoute({ method: 'GET', path: endpoints, request: webhooks.listWebhookEndpoints, access: forPeople, tag, summary: 'Webhook endpoints' }),
  defineRoute({
    method: 'POST',
    path: endpoints,
    request: webhooks.createWebhookEndpoint,
    access: forPeople,
    status: 201,
    tag,
    summary: 'Add a webhook endpoint; its secret is shown once',
  }),
  defineRoute({
    method: 'GET',
    path: `${endpoints}/:id`,
    request: webhooks.getWebhookEndpoint,
    access: forPeople,
    tag,
    summary: 'A webhook endpoint',
  }),
  defineRoute({
    method: 'PUT',
    path: `${endpoints}/:id`,
    request: webhooks.replaceWebhookEndpoint,
    access: forPeople,
    readOnlyKeys,
    tag,
    summary: 'Replace a webhook endpoint',
  }),
  defineRoute({
    method: 'PATCH',
    path: `${endpoints}/:id`,
    request: webhooks.updateWebhookEndpoint,
    access: forPeople,
    readOnlyKeys,
    tag,
    summary: 'Change a webhook endpoint',
  }),
  defineRoute({
    method: 'DELETE',
    path: `${endpoints}/:id`,
    request: webhooks.deleteWebhookEndpoint,
    access: forPeople,
    status: 204,
    tag,
    summary: 'Remove a webhook endpoint',
  }),
  defineRoute({
    method: 'POST',
    path: `${endpoints}/:id/rotate-secret`,
    request: webhooks.rotateWebhookSecret,
    access: forPeople,
    tag,
    summary: 'Replace the secret; the old one signs as well for a while',
  }),
  defineRoute({
    method: 'POST',
    path: `${endpoints}/:id/test`,
    request: webhooks.testWebhookEndpoint,
    access: forPeople,
    tag,
    summary: 'Send a test event now',
  }),
  defineRoute({
    method: 'GET',
    path: `${endpoints}/:id/deliveries`,
    request: webhooks.listWebhookDeliveries,
    access: forPeople,
    tag,
    summary: 'Deliveries and their attempts',
  }),
  defineRoute({
    method: 'GET',
    path: `${endpoints}/:id/deliveries/export`,
    request: webhooks.exportWebhookDeliveries,
    access: forPeople,
    tag,
    summary: 'The log of deliveries as CSV or NDJSON, page by page',
  }),
  defineRoute({
    method: 'POST',
    path: `${endpoints}/deliveries/:id/resend`,
    request: webhooks.resendWebhookDelivery,
    access: forPeople,
    status: 202,
    tag,
    summary: 'Make a delivery again',
  }),
] as const;
