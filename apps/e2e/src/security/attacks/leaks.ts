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
      { file: canary, name: 'are found wherever one is let slip on purpose' },
      { file: 'apps/webhooks/src/deliveries/response-excerpt.spec.ts', name: 'is kept without' },
      { file: 'libs/testing/src/planted-secrets.spec.ts', name: '' },
      { file: wholeStack, name: 'come out nowhere: not in any log, table or answer' },
      { file: wholeStack, name: 'would be found' },
    ],
    defences: [
      {
        without: 'silence about what a failure carries',
        file: 'libs/service-kit/src/logger.ts',
        find: 'return { name: error.name, code, message: error.message, stack: error.stack, cause };',
        replaceBy: 'return { ...error, name: error.name, code, message: error.message, stack: error.stack, cause };',
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
