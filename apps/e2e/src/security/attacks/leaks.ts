import type { Attack } from '../attack.js';

const canary = 'apps/auth/src/canary.integration.spec.ts';
const wholeStack = 'apps/e2e/src/canary.e2e.spec.ts';

export const leaksAttacks: readonly Attack[] = [
  {
    id: 22,
    what: 'Secrets in logs, tables, traces, metrics, subjects, messages, problems or the log of attempts',
    tests: [
      { file: canary, name: 'come out nowhere: not in logs, problems, traces, metrics, events, requests or tables' },
      { file: canary, name: 'were sent back by a provider in every kind of failure' },
      { file: 'apps/auth/src/oauth/oauth-client.spec.ts', name: 'does not when it could be something that was sent' },
      { file: canary, name: 'are found wherever one is let slip on purpose' },
      { file: 'apps/webhooks/src/deliveries/response-excerpt.spec.ts', name: 'is kept without' },
      { file: 'libs/testing/src/planted-secrets.spec.ts', name: 'finds nothing where nothing is' },
      { file: wholeStack, name: 'come out nowhere: not in any log, table or answer' },
      { file: wholeStack, name: 'would be found' },
    ],
    defences: [
      {
        without: 'the seal of a refresh token',
        file: 'apps/auth/src/tokens/grants.repository.ts',
        find: "this.sealer.seal(refreshToken, grantPlaceOf(place, 'refresh'))",
        replaceBy: "`${this.sealer.seal(refreshToken, grantPlaceOf(place, 'refresh'))}.${refreshToken}`",
      },
      {
        without: 'the hash of a state',
        file: 'apps/auth/src/oauth/oauth-flows.repository.ts',
        find: "createHash('sha256').update(secret).digest()",
        replaceBy: 'Buffer.from(secret.padEnd(32))',
      },
      {
        without: 'a look at the words of a provider that refuses',
        file: 'apps/auth/src/oauth/oauth-client.ts',
        find: "(/^[a-z_]{1,50}$/.test(error) ? error : 'unknown_error')",
        replaceBy: 'error',
      },
      {
        without: 'silence about what a failure carries',
        file: 'apps/auth/src/oauth/oauth-client.ts',
        find: "return new OAuthFailure(error.error === 'invalid_grant' ? 'refused' : 'failed', wordOf(error.error));",
        replaceBy: "return new OAuthFailure(error.error === 'invalid_grant' ? 'refused' : 'failed', JSON.stringify(error.cause));",
      },
      {
        without: 'a look for what was sent in an answer',
        file: 'apps/webhooks/src/deliveries/response-excerpt.ts',
        find: "text.replaceAll(value, '[sent by us]')",
        replaceBy: 'text',
      },
    ],
  },
];
