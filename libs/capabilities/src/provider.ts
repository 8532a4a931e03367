import type { IntegrationType } from '@patchbay/contracts';
import type { z } from 'zod';
import type { CalendarCapability } from './calendar.js';
import type { CalendarEventsCapability } from './calendar-events.js';
import type { CalendarPushCapability } from './calendar-push.js';
import type { CalendarReadingCapability } from './calendar-reading.js';
import type { CalendarSharingCapability } from './calendar-sharing.js';
import type { CredentialsCapability } from './credentials.js';
import type { IdentityCapability } from './identity.js';
import type { InboundSecrets, InboundWebhooksCapability } from './inbound-webhooks.js';
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
  readonly calendarReading: CalendarReadingCapability;
  readonly calendarEvents: CalendarEventsCapability;
  readonly calendarSharing: CalendarSharingCapability;
  readonly calendarPush: CalendarPushCapability;
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

/**
 * The webhooks that a provider sends. They have an operator's secret of their own, so a provider may be set up for them and not for connecting accounts,
 * and the other way round.
 */
export interface InboundWebhooks<Config, Needed extends string = string> {
  /** Variables without which none of its webhooks can be verified: all of them are refused until each is set. Optional in `config`. */
  readonly variables: readonly Needed[];
  readonly secrets: InboundSecrets;
  /** `config` has the needed variables for certain, and credentials only when they are set. */
  connect(context: ProviderContext<InboundConfig<Config, Needed>>): InboundWebhooksCapability;
}

/** A provider's variables, of which only the needed ones must be set. */
export type InboundConfig<Config, Needed extends string> = Partial<Config> & {
  readonly [Name in Needed & keyof Config]: NonNullable<Config[Name]>;
};

/** A provider's manifest. */
export interface Provider<
  Id extends string = string,
  Config extends z.ZodObject = z.ZodObject,
  Offered extends Partial<Capabilities> = Partial<Capabilities>,
  Needed extends string = string,
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
  readonly inboundWebhooks?: InboundWebhooks<z.output<Config>, Needed>;
}

/** Identity at run time; at compile time it keeps the exact id and the exact set of offered capabilities. */
export const defineProvider = <
  const Id extends string,
  Config extends z.ZodObject,
  Offered extends Partial<Capabilities>,
  const Needed extends keyof z.output<Config> & string = never,
>(
  provider: Provider<Id, Config, Offered, Needed>,
): Provider<Id, Config, Offered, Needed> => provider;
