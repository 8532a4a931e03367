import type { Attack } from '../attack.js';

const text = 'apps/webhooks/src/endpoints/hostile-text.spec.ts';
const words = 'apps/webhooks/src/endpoints/hostile-words.integration.spec.ts';
const rawRoutes = 'apps/gateway/src/routes/raw-routes.integration.spec.ts';
const server = 'apps/gateway/src/http-server.ts';
const serverSpec = 'apps/gateway/src/http-server.spec.ts';
const headerNames = 'apps/webhooks/src/endpoints/header-names.ts';
const models = 'libs/contracts/src/webhooks/webhooks.models.ts';
const terminal = 'apps/cli/src/terminal.ts';
const exports_ = 'apps/webhooks/src/deliveries/delivery-export.ts';

export const injectionAttacks: readonly Attack[] = [
  {
    id: 23,
    what: 'Headers of a customer that begin others, are huge or many, or replace ours and those of the connection',
    tests: [
      { file: text, name: 'are refused with' },
      { file: text, name: 'never replace ours or the connection’s' },
      { file: text, name: 'are the customer’s own otherwise' },
      { file: 'apps/webhooks/src/endpoints/event-patterns.spec.ts', name: 'refuses ' },
      { file: 'apps/webhooks/src/endpoints/endpoints.integration.spec.ts', name: 'refuse ' },
    ],
    defences: [
      { without: 'one line of printable ASCII', file: models, find: '.regex(/^[\\t\\x20-\\x7e]*$/,', replaceBy: '.regex(/^[^]*$/,' },
      { without: 'the letters of a name', file: models, find: ".regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/,", replaceBy: '.regex(/^[^]*$/,' },
      {
        without: 'a limit to their number',
        file: models,
        find: 'Object.keys(headers).length <= 20',
        replaceBy: 'Object.keys(headers).length <= 20_000',
      },
      { without: 'a limit to their length', file: models, find: '.max(4_096)\n  .regex', replaceBy: '.max(4_096_000)\n  .regex' },
      { without: 'the names that are ours', file: headerNames, find: "'webhook-', ", replaceBy: '' },
      { without: 'the names of the connection', file: headerNames, find: "  'transfer-encoding',\n", replaceBy: '' },
      { without: 'small letters', file: headerNames, find: 'isReserved(name.toLowerCase())', replaceBy: 'isReserved(name)' },
    ],
  },
  {
    id: 24,
    what: 'Line breaks and escape sequences in names, addresses, event types, answers and request ids: forged rows of a log, commands to a terminal',
    tests: [
      { file: words, name: 'are one line of JSON each in the log, wherever they come from' },
      { file: serverSpec, name: 'makes a request id of its own when the one sent could forge a log row' },
      { file: 'apps/cli/src/terminal.spec.ts', name: 'obeys nothing that others wrote' },
      { file: 'apps/cli/src/terminal.spec.ts', name: 'keeps each row of a table one line' },
    ],
    defences: [
      {
        without: 'JSON in the log',
        file: 'libs/service-kit/src/logger.ts',
        find: 'pino(options, destination)',
        replaceBy: "pino(options, { write: (row: string) => destination.write(row.replaceAll('\\\\n', '\\n')) })",
      },
      {
        without: 'a look at request ids',
        file: server,
        find: "typeof given === 'string' && acceptableRequestId.test(given)",
        replaceBy: "typeof given === 'string'",
      },
      {
        without: 'what a terminal is spared',
        file: terminal,
        find: 'this.isJson ? line : harmless(line)',
        replaceBy: 'this.isJson ? harmless(line) : line',
      },
      { without: 'one line for a row', file: terminal, find: "cell.replace(/\\s+/g, ' ')", replaceBy: 'cell' },
    ],
  },
  {
    id: 25,
    what: 'Markup and formulas in event types, descriptions and answers: pages, spreadsheets',
    tests: [
      { file: serverSpec, name: 'lets no page of another host into its answers, and frames nowhere' },
      { file: 'apps/webhooks/src/deliveries/delivery-export.spec.ts', name: 'holds no formula for a spreadsheet' },
      { file: 'apps/webhooks/src/deliveries/delivery-export.spec.ts', name: 'holds every delivery in one line of NDJSON' },
      { file: 'apps/sandbox/src/sandbox.spec.ts', name: 'marks a verified webhook and escapes everything that came from outside' },
      { file: words, name: 'are kept and answered word for word, as JSON' },
    ],
    defences: [
      { without: 'a policy for what a page may load', file: server, find: `defaultSrc: ["'none'"]`, replaceBy: 'defaultSrc: ["*"]' },
      { without: 'a policy for who may frame it', file: server, find: `frameAncestors: ["'none'"]`, replaceBy: 'frameAncestors: ["*"]' },
      { without: 'text in the cells of a spreadsheet', file: exports_, find: '/^[=+\\-@\\t\\r]/.test(value)', replaceBy: '/^[=]=/.test(value)' },
      {
        without: 'escapes in pages',
        file: 'apps/sandbox/src/pages/layout.ts',
        find: 'return escapeHtml(String(part));',
        replaceBy: 'return String(part);',
      },
    ],
    remark: 'The console, which shows answers to people, is not part of this tree yet.',
  },
  {
    id: 26,
    what: 'SQL, patterns of LIKE and paths of JSON in filters and cursors; dots, stars and spaces that would become subjects of the bus',
    tests: [
      { file: words, name: 'finds nothing and breaks nothing' },
      { file: words, name: 'left everything there' },
      { file: words, name: 'and nothing is put on the bus for them' },
      { file: words, name: 'to no other subject' },
      { file: rawRoutes, name: 'know no provider of the name' },
      { file: 'apps/webhooks/src/deliveries/delivery-log.integration.spec.ts', name: 'is searched for' },
      { file: 'apps/webhooks/src/endpoints/event-patterns.spec.ts', name: 'become LIKE patterns in which an underscore is an underscore' },
      { file: 'libs/messaging/src/messaging.integration.spec.ts', name: 'are never answered by the stream' },
    ],
    defences: [
      {
        without: 'the letters of a provider in a path',
        file: 'apps/gateway/src/routes/raw-routes.ts',
        find: 'if (!providerName.test(provider))',
        replaceBy: "if (provider === '')",
      },
      {
        without: 'an underscore that is one, in patterns of events',
        file: 'apps/webhooks/src/endpoints/event-patterns.ts',
        find: "pattern.replaceAll('_', '\\\\_')",
        replaceBy: 'pattern',
      },
    ],
  },
];
