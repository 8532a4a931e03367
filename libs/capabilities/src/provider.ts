import type { IntegrationType } from '@patchbay/contracts';
import type { z } from 'zod';
import type { CalendarCapability } from './calendar.js';
import type { CredentialsCapability } from './credentials.js';
import type { IdentityCapability } from './identity.js';
import type { OAuthCapability } from './oauth.js';
import type { Outbound } from './outbound.js';
import type { RevocationCapability } from './revocation.js';
import type { VideoCapability } from './video.js';

/** Everything a provider can be asked for. A new kind of integration is a new line here, its interface and its contract suite. */
export interface Capabilities {
  readonly oauth: OAuthCapability;
  readonly identity: IdentityCapability;
  readonly revocation: RevocationCapability;
  readonly credentials: CredentialsCapability;
  readonly calendar: CalendarCapability;
  readonly video: VideoCapability;
}

/** The name of one capability. */
export type CapabilityName = keyof Capabilities;

/** So many calls in so much time. */
export interface RateLimit {
  readonly limit: number;
  readonly perMs: number;
}

/** What the provider allows: us as a whole, and each account. */
export interface ProviderLimits {
  readonly provider: RateLimit;
  readonly account: RateLimit;
}

/** What a provider gets to work with. Nothing else may reach the outside: that is why tests need no mock. */
export interface ProviderContext<Config> {
  readonly config: Config;
  readonly outbound: Outbound;
  /** The way to an address that a person chose, such as a CalDAV server: it leads to the public internet only. */
  readonly userAimedOutbound: Outbound;
  readonly now: () => Date;
}

/** A provider's manifest. */
export interface Provider<
  Id extends string = string,
  Config extends z.ZodObject = z.ZodObject,
  Offered extends Partial<Capabilities> = Partial<Capabilities>,
> {
  readonly id: Id;
  readonly displayName: string;
  /** Where an operator gets credentials; the steps are in the folder's `setup.md`. */
  readonly setupGuide: URL;
  /** Every environment variable of the provider, each described. Plain values: parsing twice must give the same. */
  readonly config: Config;
  /** The variables without which the provider is not configured. Some of them without the others is a start-up fault. */
  readonly credentials: readonly (keyof z.output<Config> & string)[];
  /** Variables of another provider that stand in for credentials that are not set, by the name of the credential. */
  readonly credentialFallbacks?: Readonly<Record<string, string>>;
  /** Variables of another provider that stand in for those of ours that are not set, by the name of ours; each by itself. */
  readonly variableFallbacks?: Readonly<Record<string, string>>;
  readonly limits: ProviderLimits;
  /** What an account can be connected for. */
  readonly types: readonly IntegrationType[];
  /** What {@link Provider.connect} gives, known before there is a configuration. */
  readonly capabilities: readonly (keyof Offered & CapabilityName)[];
  connect(context: ProviderContext<z.output<Config>>): Offered;
}

/** Identity at run time; at compile time it keeps the exact id and the exact set of offered capabilities. */
export const defineProvider = <const Id extends string, Config extends z.ZodObject, Offered extends Partial<Capabilities>>(
  provider: Provider<Id, Config, Offered>,
): Provider<Id, Config, Offered> => provider;
