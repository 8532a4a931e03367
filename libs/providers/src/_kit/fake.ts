import type { FakeSituation } from './fake-situation.js';

/** A request as a fake sees it: below its own base URL, with the body still raw. */
export interface FakeRequest {
  readonly method: string;
  /** Path below the fake's base URL, beginning with a slash, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Header names are in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  /** Where the caller reached this fake, without a trailing slash; links and issuers are built from it. */
  readonly baseUrl: string;
}

/** An answer of a fake. Text and bytes go out as they are, any other body as JSON. */
export interface FakeResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | object;
  /** The connection dies in the middle of the body. */
  readonly breaksOff?: boolean;
}

/** One thing that somebody keeps at the provider, for people to look at. */
export interface FakeItem {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly starts: string | null;
  readonly ends: string | null;
  readonly link: string | null;
  readonly notes: readonly string[];
}

/** A named set of things of one account: a calendar with its events, or a person's meetings. */
export interface FakeCollection {
  readonly id: string;
  readonly title: string;
  readonly items: readonly FakeItem[];
}

/** One account at the provider, as pages show it. */
export interface FakeAccountState {
  readonly email: string;
  readonly name: string;
  /** Grants that still work. */
  readonly grants: number;
  readonly collections: readonly FakeCollection[];
}

/**
 * A stateful provider in memory. It answers under the provider's official paths and exposes situations
 * (a revoked grant, expired tokens) instead of canned responses, so that a test says what happened and not what is answered.
 */
export interface ProviderFake {
  readonly id: string;
  readonly displayName: string;
  handle(request: FakeRequest): Promise<FakeResponse> | FakeResponse;
  /** The provider's own body and headers for a failure that has nothing to do with its state, such as 429 or 503. */
  failure(status: number, retryAfter: string | null): FakeResponse;
  /** What every account holds at this moment. */
  accounts(): readonly FakeAccountState[];
  /** The person withdrew the permission in the provider's settings: every token of the account dies. */
  revokeGrant(email: string): void;
  /** Every access token that was handed out stops working; refresh tokens live on. */
  expireTokens(): void;
  /** Forgets everything but the sample accounts. */
  reset(): void;
  /**
   * What has to be typed to connect the account, as it is now: only where accounts are opened with a password or a key, not by consent. `revokeGrant` changes
   * it. `baseUrl` is where the fake is reached.
   */
  credentialsOf?(email: string, baseUrl: string): Readonly<Record<string, string>>;
  /** What else can happen at this provider and nowhere else. */
  readonly situations?: readonly FakeSituation[];
}

/** What every fake is built from. */
export interface FakeOptions {
  /** The fake's clock. Default: the machine's. */
  readonly now?: () => Date;
  readonly ledger?: FakeLedger;
  /** Registered apps. Default: the provider's `…FakeClient`. */
  readonly clients?: readonly FakeClient[];
}

/** An app registered at the provider. */
export interface FakeClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly name: string;
  /** When given, any other redirect URI is refused at the consent page. */
  readonly redirectUris?: readonly string[];
}

/** A person with an account at the provider. */
export interface FakeAccount {
  readonly id: string;
  readonly email: string;
  readonly givenName: string;
  readonly familyName: string;
}

/** One effect that happened at a provider. */
export interface LedgerEntry {
  readonly sequence: number;
  readonly provider: string;
  /** What happened, such as `event.created`, `meeting.deleted` or `token.refreshed`. */
  readonly kind: string;
  /** The provider's id of the thing. */
  readonly id: string;
  /** What the caller marked the thing with, to find it again: a client-chosen id, an agenda, private properties. */
  readonly key: string;
  readonly account: string;
  readonly at: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** What a fake reports to its ledger; sequence and time are added there. */
export type LedgerRecord = Omit<LedgerEntry, 'sequence' | 'at'>;

/** Which entries to read. A `key` matches entries whose id or key contains it. */
export interface LedgerFilter {
  readonly provider?: string | undefined;
  readonly kind?: string | undefined;
  readonly key?: string | undefined;
  /** Only entries after this sequence number. */
  readonly after?: number | undefined;
}

/** Every effect in the order it happened, so that a test can count what was really done at the provider. */
export interface FakeLedger {
  record(entry: LedgerRecord): void;
  entries(filter?: LedgerFilter): readonly LedgerEntry[];
  clear(): void;
}
