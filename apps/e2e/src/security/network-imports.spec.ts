import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.js';

/** Packages and parts of Node.js that make calls, and what of them makes none. */
const networkModules: Readonly<Record<string, readonly string[]>> = {
  undici: ['Response', 'Request', 'Headers', 'FormData', 'Dispatcher', 'RequestInit'],
  'node:http': ['createServer', 'Server', 'IncomingMessage', 'ServerResponse', 'IncomingHttpHeaders', 'STATUS_CODES'],
  'node:https': ['Server'],
  'node:http2': [],
  'node:net': ['createServer', 'Server', 'Socket', 'AddressInfo', 'isIP', 'isIPv4', 'isIPv6', 'BlockList'],
  'node:tls': ['getCACertificates', 'rootCertificates', 'PeerCertificate'],
  'node:dgram': [],
  'node:dns': [],
  'node:dns/promises': [],
  'node:child_process': [],
  jose: [],
};
/** Of `jose` only this one makes calls. */
const isCall = (module: string, name: string): boolean =>
  module === 'jose' ? name === 'createRemoteJWKSet' : networkModules[module]?.includes(name) === false;
/** Others' ways to make a call, whatever is imported of them. */
const callers =
  /^(axios|got|needle|superagent|request|node-fetch|cross-fetch|ky|gaxios|google-auth-library|googleapis|ws|follow-redirects|simple-oauth2|oauth4webapi|openid-client|tsdav|stripe|passport-.+|@googleapis\/.+|@aws-sdk\/.+|@opentelemetry\/exporter-.+)$/;
const aliases: Readonly<Record<string, string>> = {
  http: 'node:http',
  https: 'node:https',
  http2: 'node:http2',
  net: 'node:net',
  tls: 'node:tls',
  dns: 'node:dns',
  dgram: 'node:dgram',
};

/** The only files that make connections, and to whom. Whoever adds one says here why no person can aim it, or that it is guarded. */
const allowed: Readonly<Record<string, string>> = {
  'libs/egress/src/egress-guard.ts': 'the guard itself',
  'libs/egress/src/name-resolver.ts': 'the guard itself',
  'libs/providers/src/_kit/transport.ts': 'to providers, at configured addresses; with the guard to addresses that people type',
  'apps/webhooks/src/deliveries/webhook-sender.ts': "guarded: customers' endpoints",
  'apps/gateway/src/authentication/host-keys.ts': 'HOST_JWT_JWKS_URL, which an operator sets',
  'apps/auth/src/doctor/installation-examination.ts': 'what the operator configured, to see whether it is there',
  'apps/auth/src/oauth/oauth-client.ts': 'oauth4webapi, given the way out of _kit/transport.ts',
  'apps/auth/src/sign-in/headless-passport.ts': 'the errors of passport-oauth2; codes are exchanged with the way out of _kit/transport.ts',
  'apps/auth/src/sign-in/sign-in-providers.ts': 'strategies of Passport that build addresses; codes are exchanged by headless-passport.ts',
  'libs/providers/src/caldav/caldav.discovery.ts': 'tsdav, given the guarded way out of _kit/transport.ts',
  'libs/providers/src/google/google.calendar-sdk.ts': 'the SDK of Google, given the way out of _kit/transport.ts',
  'libs/tracing/src/otlp.ts': 'to the collector that an operator names',
  'libs/api-client/src/patchbay-client.ts': "to the person's own gateway, from their browser or terminal",
  'apps/cli/src/commands/migrate.ts': 'starts programs of this repository',
  'apps/cli/src/gateway.ts': "the person's own gateway, from their own machine",
};
/** Development and tests: none of it runs in an installation. */
const notShipped =
  /^(apps\/(e2e|sandbox|cli\/src\/testing)|libs\/(local-stack|testing|tools))\/|\.(spec|fake|contract)\.ts$|\/testing\/|[./-]fake[.-]/;

const sources = ['apps', 'libs'].flatMap((parent) =>
  readdirSync(join(root, parent))
    .filter((project) => existsSync(join(root, parent, project, 'src')))
    .flatMap((project) =>
      readdirSync(join(root, parent, project, 'src'), { recursive: true, encoding: 'utf8' })
        .map((file) => `${parent}/${project}/src/${file}`)
        .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts') && !notShipped.test(file)),
    ),
);

const importPattern = /(?:import|export)\s+(type\s+)?([\w*\s{},$]*?)\s*from\s*'([^']+)'|import\(\s*'([^']+)'\s*\)|require\(\s*'([^']+)'\s*\)/g;
/** A call of a global that connects, other than a method or a declaration of that name. */
const globalPattern =
  /(?<![\w.$#'"`-])(?:globalThis\.)?(fetch|WebSocket|EventSource|XMLHttpRequest)\s*\(|new\s+(WebSocket|EventSource|XMLHttpRequest)\b|globalThis\.fetch/g;

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');

/** Names that an import takes, types left out. */
const namesIn = (clause: string): readonly string[] =>
  clause
    .replace(/[{}]/g, ',')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && !name.startsWith('type '))
    .map((name) => name.split(/\s+as\s+/)[0]?.trim() ?? '');

function callsIn(file: string): readonly string[] {
  // A method of that name in an interface is no call.
  const text = withoutComments(readFileSync(join(root, file), 'utf8')).replace(/^\s*fetch\([^)]*\):/gm, '');
  const imported = [...text.matchAll(importPattern)].flatMap(([, type, clause = '', from, dynamic, required]) => {
    const written = from ?? dynamic ?? required ?? '';
    const module = aliases[written] ?? written;
    if (type !== undefined) return [];
    if (callers.test(module)) return [module];
    const names = from === undefined ? ['*'] : namesIn(clause);
    return names.filter((name) => isCall(module, name)).map((name) => `${module}: ${name}`);
  });
  const isLocal = /(?:const|let|function|async)\s+fetch\b|[({,]\s*fetch\s*[,})]|\bfetch\s*:/.test(text) || /import[^;]*\bfetch\b[^;]*from/.test(text);
  const globals = [...text.matchAll(globalPattern)].map(([match]) => match).filter((match) => !isLocal || !/^fetch/.test(match));
  return [...imported, ...globals];
}

describe('connections', () => {
  const found = new Map(sources.map((file) => [file, callsIn(file)] as const).filter(([, calls]) => calls.length > 0));

  it('are made in a few places only, each of which is guarded or goes where an operator says', () => {
    expect([...found].filter(([file]) => allowed[file] === undefined)).toEqual([]);
  });

  it('are made in each of those places, so that the list says how it is', () => {
    expect(Object.keys(allowed).filter((file) => !found.has(file))).toEqual([]);
    expect(sources.length).toBeGreaterThan(300);
  });

  it('are never made by the client built into Node.js, which ends the process when a peer closes while its answer is unread', () => {
    const globals = [...found].map(([file, calls]) => [file, calls.filter((call) => !call.includes(':') && !callers.test(call))] as const);

    // In a browser there is no other.
    expect(globals.filter(([file, calls]) => calls.length > 0 && file !== 'libs/api-client/src/patchbay-client.ts')).toEqual([]);
  });

  it.each([
    'apps/webhooks/src/deliveries/webhook-sender.ts',
    'apps/auth/src/providers/configured-providers.ts',
    'libs/bookings/src/configured-providers.ts',
  ])('to addresses that people type are made by the guard: %s', (file) => {
    expect(readFileSync(join(root, file), 'utf8')).toMatch(/guard\.connector\(/);
  });
});
