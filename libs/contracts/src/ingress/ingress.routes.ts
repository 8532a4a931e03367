import { defineRoute, forAdmins } from '../definitions/define-route.js';
import * as ingress from './ingress.requests.js';

const tag = 'Provider webhooks';
const received = '/api/v1/admin/received-webhooks';
const raw = { request: ingress.receiveProviderWebhook, access: 'public', isRaw: true, tag } as const;

/** Paths that providers call, and those that show what came. */
export const ingressRoutes = [
  defineRoute({ ...raw, method: 'POST', path: '/api/v1/ingress/:provider', summary: 'A webhook of a provider' }),
  defineRoute({ ...raw, method: 'POST', path: '/api/v1/ingress/:provider/*', summary: 'A webhook of a provider, for one channel or subscription' }),
  defineRoute({ ...raw, method: 'GET', path: '/api/v1/ingress/:provider', summary: 'A provider asks whether somebody is there' }),
  defineRoute({ ...raw, method: 'GET', path: '/api/v1/ingress/:provider/*', summary: 'A provider asks whether somebody is there' }),
  defineRoute({ ...raw, method: 'POST', path: '/api/social-media/webhooks/:provider', summary: 'A webhook of a social platform' }),
  defineRoute({ ...raw, method: 'GET', path: '/api/social-media/webhooks/:provider', summary: 'A social platform asks whether somebody is there' }),
  defineRoute({
    ...raw,
    method: 'POST',
    path: '/api/v1/integrations/agora/callback',
    fixed: { provider: 'agora', path: '' },
    summary: 'A notice of Agora',
  }),
  defineRoute({ ...raw, method: 'POST', path: '/webhooks/stripe', fixed: { provider: 'stripe', path: 'reference' }, summary: 'A webhook of Stripe' }),
  defineRoute({
    method: 'GET',
    path: received,
    request: ingress.listReceivedWebhooks,
    access: forAdmins,
    isInstallationWide: true,
    tag,
    summary: 'Webhooks that providers sent',
  }),
  defineRoute({
    method: 'GET',
    path: `${received}/:id`,
    request: ingress.getReceivedWebhook,
    access: forAdmins,
    isInstallationWide: true,
    tag,
    summary: 'One webhook that a provider sent, with the beginning of its body',
  }),
  defineRoute({
    method: 'GET',
    path: `${received}/:id/body`,
    request: ingress.showReceivedBody,
    access: forAdmins,
    isInstallationWide: true,
    tag,
    summary: 'Part of the body of a webhook that a provider sent',
  }),
  defineRoute({
    method: 'POST',
    path: `${received}/:id/replay`,
    request: ingress.replayReceivedWebhook,
    access: forAdmins,
    isInstallationWide: true,
    tag,
    summary: 'Announce a received webhook once more',
  }),
] as const;
