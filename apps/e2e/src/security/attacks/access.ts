import type { Attack } from '../attack.js';

const strangers = 'apps/webhooks/src/endpoints/strangers.integration.spec.ts';
const authStrangers = 'apps/auth/src/connections/strangers.integration.spec.ts';
const authentication = 'apps/gateway/src/authentication/authentication.integration.spec.ts';
const wholeStack = 'apps/e2e/src/access.e2e.spec.ts';
const blocks = 'apps/calendar/src/blocks/blocks.integration.spec.ts';
const conflicts = 'apps/calendar/src/conflicts/conflicts.integration.spec.ts';
const resolutions = 'apps/calendar/src/conflicts/resolutions.integration.spec.ts';
const endpoints = 'apps/webhooks/src/endpoints/endpoints.repository.ts';
const activities = 'apps/webhooks/src/activity/activities.repository.ts';
const connections = 'apps/auth/src/connections/connections.repository.ts';

export const accessAttacks: readonly Attack[] = [
  {
    id: 15,
    what: 'Things of other people and tenants: every route, also lists, search, export, resend, recover, replay, jobs and statistics',
    tests: [
      { file: strangers, name: 'finds nothing for' },
      { file: strangers, name: 'come out of every list empty for' },
      { file: strangers, name: 'reach no job through an endpoint' },
      { file: strangers, name: 'make nothing happen for the owner' },
      { file: strangers, name: 'leave everything as it was' },
      { file: authStrangers, name: 'finds nothing for' },
      { file: authStrangers, name: 'come out of every list empty for' },
      { file: authStrangers, name: 'leave everything as it was' },
      { file: blocks, name: 'are nobody else’s' },
      { file: conflicts, name: 'are told to services without the titles of events, of the user that they name, and to nobody else' },
      { file: resolutions, name: 'are overridden once, by another or by deciding otherwise' },
      { file: 'apps/gateway/src/routes/admission.integration.spec.ts', name: 'is for the admins of the installation' },
      { file: authentication, name: 'may do what a scope allows' },
      { file: authentication, name: 'is nobody at once after it was revoked' },
      { file: wholeStack, name: 'does not see them' },
      { file: wholeStack, name: 'knows no strangers' },
      { file: wholeStack, name: 'is refused' },
      { file: wholeStack, name: 'do not show in lists' },
    ],
    defences: [
      {
        without: 'the user in the question for an endpoint',
        file: endpoints,
        find: 'const owned = `tenant_id = $1 AND user_id = $2 AND',
        replaceBy: 'const owned = `tenant_id = $1 AND $2::uuid IS NOT NULL AND',
      },
      {
        without: 'the tenant in the question for an endpoint',
        file: endpoints,
        find: 'const owned = `tenant_id = $1 AND user_id = $2 AND',
        replaceBy: 'const owned = `$1::text IS NOT NULL AND user_id = $2 AND',
      },
      {
        without: 'the owner in the question for a delivery',
        file: 'apps/webhooks/src/deliveries/delivery-log.repository.ts',
        find: 'WHERE endpoint.tenant_id = $1 AND endpoint.user_id = $2 AND',
        replaceBy: 'WHERE $1::text IS NOT NULL AND $2::uuid IS NOT NULL AND',
      },
      {
        without: 'the owner and the endpoint in the question for a job',
        file: 'apps/webhooks/src/replays/replay-jobs.repository.ts',
        find: 'const owned = `tenant_id = $1 AND user_id = $2 AND endpoint_id = $3`',
        replaceBy: 'const owned = `$1::text IS NOT NULL AND $2::uuid IS NOT NULL AND $3::uuid IS NOT NULL`',
      },
      {
        without: 'the tenant in the activity log',
        file: activities,
        find: 'WHERE endpoint.user_id = $1 AND endpoint.tenant_id = $2',
        replaceBy: 'WHERE endpoint.user_id = $1 AND $2::text IS NOT NULL',
      },
      {
        without: 'the tenant in the question for a connection',
        file: connections,
        find: 'WHERE c.tenant_id = $1 AND c.user_id = $2 AND c.id = $3',
        replaceBy: 'WHERE $1::text IS NOT NULL AND c.user_id = $2 AND c.id = $3',
      },
      {
        without: 'the user in the question for a connection',
        file: connections,
        find: 'WHERE c.tenant_id = $1 AND c.user_id = $2 AND c.id = $3',
        replaceBy: 'WHERE c.tenant_id = $1 AND $2::uuid IS NOT NULL AND c.id = $3',
      },
      {
        without: 'the tenant in the question for a block',
        file: 'apps/calendar/src/blocks/blocks.repository.ts',
        find: '`SELECT * FROM manual_blocks WHERE tenant_id = $1 AND user_id = $2 AND id = $3`',
        replaceBy: '`SELECT * FROM manual_blocks WHERE $1::text IS NOT NULL AND user_id = $2 AND id = $3`',
      },
      {
        without: 'a look at whose conflicts are asked for',
        file: 'apps/calendar/src/conflicts/conflicts.service.ts',
        find: "caller.role === 'user' && !isOwner",
        replaceBy: "caller.role === 'user' && isOwner && asked === ''",
      },
      {
        without: 'the user in the question for a decision',
        file: 'apps/calendar/src/conflicts/resolutions.repository.ts',
        find: 'WHERE tenant_id = $1 AND user_id = $2 AND id = $3 FOR UPDATE',
        replaceBy: 'WHERE tenant_id = $1 AND $2::uuid IS NOT NULL AND id = $3 FOR UPDATE',
      },
      {
        without: 'the user in the question for a session',
        file: 'apps/auth/src/sessions/sessions.repository.ts',
        find: 'WHERE tenant_id = $1 AND user_id = $2 AND ($3::uuid IS NULL OR id = $3)',
        replaceBy: 'WHERE tenant_id = $1 AND $2::uuid IS NOT NULL AND ($3::uuid IS NULL OR id = $3)',
      },
      {
        without: 'the wall between the admins of a tenant and those of the installation',
        file: 'apps/gateway/src/routes/admission.ts',
        find: 'if (route.isInstallationWide === true && caller.tenant_id',
        replaceBy: 'if (route.isInstallationWide === undefined && caller.tenant_id',
      },
      {
        without: 'a look at the scopes of an API key',
        file: 'apps/gateway/src/routes/admission.ts',
        find: 'if (scopes?.includes(scope) === false)',
        replaceBy: 'if (scopes?.includes(scope) === undefined && scopes !== undefined)',
      },
    ],
  },
  {
    id: 16,
    what: 'Secrets and answers shown to people of a customer: a secret is shown once, answers are kept without what was sent, what is stored is sealed',
    tests: [
      { file: 'apps/webhooks/src/endpoints/endpoints.integration.spec.ts', name: 'show a secret once, and keep it and the headers sealed' },
      { file: 'apps/webhooks/src/endpoints/rotate-secret.integration.spec.ts', name: 'is answered once, and both are sealed' },
      { file: 'apps/webhooks/src/deliveries/response-excerpt.spec.ts', name: 'is kept without' },
    ],
    defences: [
      {
        without: 'the seal of a secret',
        file: 'apps/webhooks/src/endpoints/endpoint-secrets.ts',
        find: "return this.#sealer.seal(JSON.stringify(headers), endpointPlaceOf('headers', place));",
        replaceBy: "return (endpointPlaceOf('headers', place), JSON.stringify(headers));",
      },
      {
        without: 'a look for what was sent in an answer',
        file: 'apps/webhooks/src/deliveries/response-excerpt.ts',
        find: "text.replaceAll(value, '[sent by us]')",
        replaceBy: 'text',
      },
    ],
    remark: 'There are no tokens for a portal: people of a customer sign in and are asked for roles and ownership as everybody is (attack 15).',
  },
];
