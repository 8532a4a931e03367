import { isIP, type Socket } from 'node:net';
import { buildConnector } from 'undici';
import { isPublicAddress } from './address-classes.js';
import { nameResolver, NameNotResolvedError, type Resolve } from './name-resolver.js';

/** Where nothing may go that a person aims. Deliberately the same for every reason: the caller must not become a map of our network. */
export class AddressNotAllowedError extends Error {
  override readonly name = 'AddressNotAllowedError';
  readonly code = 'address_not_allowed';

  constructor() {
    super('this address may not be called');
  }
}

/** What {@link EgressGuard} goes by. */
export interface EgressRules {
  /** `host:port` that may be called whatever it resolves to. */
  readonly allow: readonly string[];
  /** True in production: plain http tells everyone on the way what is sent. */
  readonly httpsOnly: boolean;
  /** Where the outside world reaches this installation. What it sends to itself would come back as something to send. */
  readonly ownUrl?: string;
  readonly resolve?: Resolve;
}

/** Services of ours and of everyone's inside that listen above 1023: databases, brokers, caches, search, orchestration. */
const internalPorts = new Set([
  1_433, 1_521, 2_049, 2_181, 2_375, 2_376, 2_379, 2_380, 3_306, 3_389, 4_222, 5_432, 5_672, 5_900, 5_984, 6_222, 6_379, 6_443, 6_666, 6_667, 8_222,
  8_500, 9_042, 9_092, 9_200, 9_300, 10_250, 10_255, 11_211, 15_672, 25_672, 26_379, 27_017, 27_018, 50_070, 61_616,
]);

/** Makes connections for undici's `Agent`. */
export type Connector = ReturnType<typeof buildConnector>;

/**
 * Keeps calls to addresses that people choose out of our own network. The address is classified when the connection is made, after the name was resolved, so that a name that
 * changes its mind between check and call gains nothing; the connected socket is looked at once more.
 */
export class EgressGuard {
  readonly #allow: ReadonlySet<string>;
  readonly #resolve: Resolve;
  readonly #ownName: string | undefined;

  constructor(private readonly rules: EgressRules) {
    this.#allow = new Set(rules.allow);
    this.#ownName = rules.ownUrl === undefined ? undefined : targetOf(new URL(rules.ownUrl).hostname, '', '').hostname;
    this.#resolve = rules.resolve ?? nameResolver();
  }

  /**
   * What can be told from a URL alone. No name is resolved before a URL is kept: names of our own network could be told from names that nobody has.
   *
   * @throws AddressNotAllowedError
   */
  checkUrl(text: string): URL {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || url.username !== '' || url.password !== '') throw new AddressNotAllowedError();
    if (url.protocol !== 'https:' && (url.protocol !== 'http:' || this.rules.httpsOnly)) throw new AddressNotAllowedError();
    const { hostname, port } = targetOf(url.hostname, url.port, url.protocol);
    if (this.#isExempt(hostname, port)) return url;
    if (this.#isRefused(hostname, port)) throw new AddressNotAllowedError();
    return url;
  }

  /** The only way out to such an address: connects where the rules allow it, and fails with {@link AddressNotAllowedError} elsewhere. */
  connector(options: buildConnector.BuildOptions): Connector {
    // Node calls `lookup` for names only; addresses were judged before.
    // A connection of HTTP/2 may be used for every name of a certificate, and nobody would judge the others: HTTP/1.1 alone.
    const http1 = { ...options, allowH2: false };
    const guarded = buildConnector({ ...http1, lookup: (hostname, details, done) => void this.#lookup(hostname, details, done) });
    const exempt = buildConnector(http1);
    return (target, done) => {
      const { hostname, port } = targetOf(target.hostname, target.port, target.protocol);
      if (this.rules.httpsOnly && target.protocol !== 'https:') return done(new AddressNotAllowedError(), null);
      if (this.#isExempt(hostname, port)) return exempt(target, done);
      if (this.#isRefused(hostname, port)) return done(new AddressNotAllowedError(), null);
      guarded(target, (...result) => {
        const [error, socket] = result;
        if (error !== null || isPublicPeer(socket)) return done(...result);
        socket.destroy();
        done(new AddressNotAllowedError(), null);
      });
    };
  }

  #isExempt(hostname: string, port: number): boolean {
    return this.#allow.has(`${isIP(hostname) === 6 ? `[${hostname}]` : hostname}:${port}`);
  }

  /** What can be told without asking anybody for addresses. */
  #isRefused(hostname: string, port: number): boolean {
    const isInside = isIP(hostname) === 0 ? isLocalName(hostname) : !isPublicAddress(hostname);
    return isInside || !isPublicPort(port) || hostname === this.#ownName;
  }

  async #lookup(hostname: string, details: { readonly all?: boolean | undefined }, done: (...result: never[]) => void): Promise<void> {
    const answer = done as unknown as (error: Error | null, address?: unknown, family?: number) => void;
    try {
      const addresses = await this.#resolve(hostname);
      const [first] = addresses;
      // One bad address among good ones is not a slip: it is how a check of "the first" is got round. A name that does not exist gets the same
      // answer as one of our own network.
      if (first === undefined || addresses.some(({ address }) => !isPublicAddress(address))) return answer(new AddressNotAllowedError());
      if (details.all === true) return answer(null, addresses);
      answer(null, first.address, first.family);
    } catch (error) {
      answer(error instanceof Error ? error : new NameNotResolvedError());
    }
  }
}

const targetOf = (hostname: string, port: string, protocol: string): { hostname: string; port: number } => ({
  hostname: hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.+$/, '')
    .toLowerCase(),
  port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
});

const isPublicPort = (port: number): boolean => port === 80 || port === 443 || (port >= 1_024 && !internalPorts.has(port));

/** Names that never leave the machine or the network, whatever a resolver says, those without a dot among them. https://www.rfc-editor.org/rfc/rfc6761 */
const isLocalName = (hostname: string): boolean =>
  (!hostname.includes('.') && isIP(hostname) === 0) ||
  /\.(localhost|local|internal|intranet|lan|home|corp|localdomain|home\.arpa|svc)$/.test(hostname);

const isPublicPeer = (socket: Socket): boolean => socket.remoteAddress !== undefined && isPublicAddress(socket.remoteAddress);
