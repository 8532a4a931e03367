import type { Attack, AttackTest } from '../attack.js';

const guard = 'libs/egress/src/egress-guard.ts';
const guardSpec = 'libs/egress/src/egress-guard.spec.ts';
const addresses = 'libs/egress/src/address-classes.ts';
const rebindingSpec = 'libs/egress/src/rebinding.spec.ts';
const sender = 'apps/webhooks/src/deliveries/webhook-sender.ts';
const senderSpec = 'apps/webhooks/src/deliveries/webhook-sender.spec.ts';
const attempt = 'apps/webhooks/src/deliveries/attempt.ts';
const endpoints = 'apps/webhooks/src/endpoints/endpoints.service.ts';
const endpointsSpec = 'apps/webhooks/src/endpoints/endpoints.integration.spec.ts';
const transport = 'libs/providers/src/_kit/transport.ts';
const paypalKeys = 'libs/providers/src/paypal/paypal.webhook-keys.ts';
const icsSpec = 'libs/providers/src/ics/ics.credentials.spec.ts';
const caldav = 'libs/providers/src/caldav/caldav.http.ts';

const importsSpec: AttackTest = {
  file: 'apps/e2e/src/security/network-imports.spec.ts',
  name: 'are made in a few places only, each of which is guarded or goes where an operator says',
};
const agentImport = `import { Agent } from 'undici';`;
/** Undici's own ways to do what the sender must not do, in the place of its agent. */
const agentThat = (makes: string): string =>
  `import { Agent as Plain, EnvHttpProxyAgent, interceptors } from 'undici';
function Agent(options: Plain.Options) { return ${makes}; }
void [Plain, EnvHttpProxyAgent, interceptors];`;

export const ssrfAttacks: readonly Attack[] = [
  {
    id: 1,
    what: 'an endpoint names an address inside, in any of the ways there are to write one',
    tests: [
      { file: guardSpec, name: 'with the host' },
      { file: guardSpec, name: 'is never made, however its URL was read' },
      { file: guardSpec, name: 'is allowed' },
      { file: guardSpec, name: 'says no to' },
      { file: endpointsSpec, name: 'refuse every way to name something inside, when they are made and when they are changed' },
      { file: endpointsSpec, name: 'say in a test that an address is no longer allowed, without trying it' },
      { file: senderSpec, name: 'never reaches what is inside, even if its address was once accepted' },
      { file: senderSpec, name: 'to an address that the rules of today refuse is not even begun' },
    ],
    defences: [
      { without: 'the check when an endpoint is made or changed', file: endpoints, find: 'this.guard.checkUrl(input.webhook_url);', replaceBy: '' },
      { without: 'the check when a webhook is sent', file: sender, find: 'connect: guard.connector({', replaceBy: 'connect: ({' },
      { without: 'the refusal of what an older rule accepted', file: sender, find: 'if (target.isRefused) return done(refusal());', replaceBy: '' },
      { without: 'networks beyond those that a library knows', file: addresses, find: '!furtherNetworks.some(', replaceBy: '![].some(' },
      { without: "the address of Azure's hosts", file: addresses, find: `  '168.63.129.16/32',`, replaceBy: '' },
      { without: 'the look at IPv4 within IPv6', file: addresses, find: 'v6.isIPv4MappedAddress() || !v6.match(globalUnicast)', replaceBy: 'false' },
      { without: 'the range in which public IPv6 addresses are', file: addresses, find: '|| !v6.match(globalUnicast)', replaceBy: '' },
      { without: 'the refusal of zones', file: addresses, find: ` || text.includes('%')`, replaceBy: '' },
      { without: 'dots at the end of a name', file: guard, find: `.replace(/\\.+$/, '')`, replaceBy: '' },
      {
        without: 'names of the machine and the network',
        file: guard,
        find: 'isIP(hostname) === 0 ? isLocalName(hostname)',
        replaceBy: 'isIP(hostname) === 0 ? false',
      },
      {
        without: 'the refusal of names and passwords before the host',
        file: guard,
        find: ` || url.username !== '' || url.password !== ''`,
        replaceBy: '',
      },
    ],
  },
  {
    id: 2,
    what: 'a name points outside when it is checked and inside when it is called; or both ways at once; or to another name',
    tests: [
      { file: rebindingSpec, name: 'is called where it was when it was checked, and nowhere once it points inside' },
      { file: rebindingSpec, name: 'is not called when it has' },
      { file: rebindingSpec, name: 'would be called there by anybody who does not look' },
      { file: guardSpec, name: 'a name that points inside' },
      { file: guardSpec, name: 'a name with a public and an internal address' },
      { file: guardSpec, name: 'to a name that was public when it was checked is judged by what it is now' },
      { file: guardSpec, name: 'that came to be elsewhere than the name server said is ended before anything is sent' },
      { file: senderSpec, name: 'never reaches a name that was outside when it was checked and points inside now' },
    ],
    defences: [
      {
        without: 'the look at addresses when connecting',
        file: guard,
        find: 'addresses.some(({ address }) => !isPublicAddress(address))',
        replaceBy: 'false',
      },
      {
        without: 'the look at all addresses instead of one',
        file: guard,
        find: 'addresses.some(({ address })',
        replaceBy: 'addresses.slice(0, 1).some(({ address })',
      },
      { without: 'the look at the socket itself', file: guard, find: 'error !== null || isPublicPeer(socket)', replaceBy: 'true' },
      {
        without: 'a lookup of our own',
        file: guard,
        find: 'lookup: (hostname, details, done) => void this.#lookup(hostname, details, done)',
        replaceBy: '',
      },
    ],
  },
  {
    id: 3,
    what: 'a receiver answers with a redirect to something inside, or to somebody who collects signatures',
    tests: [
      { file: senderSpec, name: 'fails, and goes nowhere else, wherever that leads' },
      { file: 'libs/providers/src/_kit/transport.spec.ts', name: 'does not follow redirects' },
    ],
    defences: [
      {
        without: 'an agent that follows nothing',
        file: sender,
        find: agentImport,
        replaceBy: agentThat('new Plain(options).compose(interceptors.redirect({ maxRedirections: 3 }))'),
      },
      {
        without: 'that a redirect is a failure',
        file: attempt,
        find: 'statusCode >= 200 && statusCode < 300',
        replaceBy: 'statusCode >= 200 && statusCode < 400',
      },
      {
        without: 'that the way to providers follows nothing',
        file: transport,
        find: 'const answer = await agent.request({',
        replaceBy: `const answer = await agent.compose((await import('undici')).interceptors.redirect({ maxRedirections: 3 })).request({`,
      },
    ],
  },
  {
    id: 4,
    what: 'the environment names a proxy; an address is of another scheme or leads to a port of our own services',
    tests: [
      { file: senderSpec, name: 'asks no proxy, whatever the environment says, and no other way out that a library may have set' },
      { file: guardSpec, name: 'is refused' },
      { file: guardSpec, name: 'with a port that the operator allows is taken, at that host only' },
      { file: guardSpec, name: 'must be https in production' },
      { file: guardSpec, name: 'without TLS is never made in production, not even to what the operator allows' },
    ],
    defences: [
      { without: 'an agent that asks no proxy', file: sender, find: agentImport, replaceBy: agentThat('new EnvHttpProxyAgent(options as object)') },
      {
        without: 'the check of schemes',
        file: guard,
        find: `url.protocol !== 'https:' && (url.protocol !== 'http:' || this.rules.httpsOnly)`,
        replaceBy: 'false',
      },
      { without: 'the refusal of ports below 1024', file: guard, find: 'port >= 1_024 && ', replaceBy: '' },
      { without: 'the list of ports of databases and brokers', file: guard, find: ' && !internalPorts.has(port)', replaceBy: '' },
      {
        without: 'TLS at the moment of connecting',
        file: guard,
        find: `if (this.rules.httpsOnly && target.protocol !== 'https:') return`,
        replaceBy: 'if (false) return',
      },
    ],
  },
  {
    id: 5,
    what: 'a connection is kept while its name moves inside; one connection of HTTP/2 is used for several names',
    tests: [
      { file: rebindingSpec, name: 'keeps the connection that was checked, and gets no new one to where it points now' },
      { file: rebindingSpec, name: 'speaks HTTP/1.1 alone, so that no other name can travel on it' },
      { file: senderSpec, name: 'speaks HTTP/1.1 alone' },
    ],
    defences: [
      { without: 'the look at addresses for each connection', file: guard, find: '!isPublicAddress(address))', replaceBy: 'false)' },
      { without: 'HTTP/1.1 alone', file: guard, find: '{ ...options, allowH2: false }', replaceBy: '{ ...options, allowH2: true }' },
    ],
    remark: 'HTTP/2 is off, so connections cannot be shared between names',
  },
  {
    id: 6,
    what: 'an address is hidden in what somebody sends: of a certificate, a key set, a next page, a discovered calendar',
    tests: [
      importsSpec,
      { file: 'apps/e2e/src/security/network-imports.spec.ts', name: 'are made in each of those places, so that the list says how it is' },
      { file: 'apps/e2e/src/security/network-imports.spec.ts', name: 'to addresses that people type are made by the guard' },
      { file: 'libs/providers/src/paypal/paypal.webhook-keys.spec.ts', name: 'asks nobody at' },
      { file: 'libs/providers/src/caldav/caldav.credentials.spec.ts', name: 'inside our own network is not called' },
      {
        file: 'libs/providers/src/caldav/caldav.credentials.spec.ts',
        name: 'may not lead from https to http, where everyone could read the password',
      },
      {
        file: 'libs/providers/src/caldav/apple.credentials.spec.ts',
        name: 'https://evilicloud.com/',
      },
      { file: icsSpec, name: 'inside our own network is not called, also not by way of another' },
      { file: icsSpec, name: 'http://calendar.example.com/secret/basic.ics' },
    ],
    defences: [
      {
        without: 'the one way out, in a service',
        file: endpoints,
        find: `import { v7 as uuidv7 } from 'uuid';`,
        replaceBy: `import { v7 as uuidv7 } from 'uuid';\nimport { request } from 'undici';\nvoid request;`,
      },
      {
        without: 'the one way out, in a provider',
        file: paypalKeys,
        find: 'await outbound.fetch(call)(url)',
        replaceBy: 'await fetch(url)',
      },
      {
        without: 'the guard on the way to accounts that people type',
        file: 'apps/auth/src/providers/configured-providers.ts',
        find: ', (options) => guard.connector(options)',
        replaceBy: '',
      },
      {
        without: 'the list of hosts of PayPal',
        file: paypalKeys,
        find: 'return needsChain ? { url: shownUrl, needsChain } : undefined',
        replaceBy: 'return { url: shownUrl, needsChain }',
      },
      { without: 'the look at where CalDAV leads', file: caldav, find: 'if (!isTrusted(new URL(url))) throw', replaceBy: 'if (false) throw' },
      {
        without: 'the guard on the way to calendars that people type',
        file: 'libs/bookings/src/configured-providers.ts',
        find: 'guard.connector(options),',
        replaceBy: 'undefined as never,',
      },
      {
        without: 'the look at where a feed leads',
        file: 'libs/providers/src/ics/ics.feed.ts',
        find: 'if (!isTrusted || to.username',
        replaceBy: 'if (to.username',
      },
    ],
    remark: 'pictures are never fetched, and next pages are asked for by their token at the configured address',
  },
  {
    id: 7,
    what: 'errors, times and stored answers become a map of the network inside',
    tests: [
      { file: senderSpec, name: 'tells its owner the same of an open port, a closed one and a name of ours, and of a name that nobody has' },
      { file: senderSpec, name: 'never reaches what is inside, even if its address was once accepted' },
    ],
    defences: [
      {
        without: 'one word for every refusal',
        file: guard,
        find: 'if (first === undefined || ',
        replaceBy: `if (first === undefined) return answer(new NameNotResolvedError());\n      if (`,
      },
      {
        without: 'a refusal before anything is tried',
        file: guard,
        find: 'if (this.#isRefused(hostname, port)) return done(new AddressNotAllowedError(), null);',
        replaceBy: '',
      },
      { without: 'the look before the answer is kept', file: sender, find: 'connect: guard.connector({', replaceBy: 'connect: ({' },
    ],
  },
  {
    id: 'unread-answer',
    what: 'a receiver closes while its answer is unread, which ends a process that uses the HTTP client built into Node.js',
    tests: [
      {
        file: 'apps/e2e/src/security/network-imports.spec.ts',
        name: 'are never made by the client built into Node.js, which ends the process when a peer closes while its answer is unread',
      },
      { file: senderSpec, name: 'ends at once when its receiver closes while the answer is unread' },
      {
        file: 'apps/webhooks/src/deliveries/deliveries.integration.spec.ts',
        name: 'survives receivers that close in the middle of their answer, again and again',
      },
      { file: 'libs/providers/src/_kit/transport.spec.ts', name: 'survives peers that close while their answer is unread' },
    ],
    defences: [
      {
        without: 'a client other than the built-in one, for webhooks',
        file: sender,
        find: 'this.#agent.dispatch(',
        replaceBy:
          'void fetch(`${target.origin}${target.path}`, { method: "POST", body: message.body }).catch(() => undefined);\n      this.#agent.dispatch(',
      },
      {
        without: 'a client other than the built-in one, for providers',
        file: transport,
        find: 'const answer = await agent.request({',
        replaceBy: 'void fetch(url).catch(() => undefined);\n        const answer = await agent.request({',
      },
      {
        without: 'an end of an attempt whose connection breaks',
        file: attempt,
        find: 'this.#settle(failureOf(error));',
        replaceBy: 'void failureOf(error);',
      },
    ],
  },
];
