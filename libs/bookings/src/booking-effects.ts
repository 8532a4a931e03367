import { ProviderError, type AccessToken, type Capabilities, type FailureVerdict } from '@patchbay/capabilities';
import { AppError } from '@patchbay/contracts';
import type { ColumnValues, Database, Lease, Transaction } from '@patchbay/database';
import type { ConfiguredProviders } from '@patchbay/providers';
import type { AccessTokens, Clock } from '@patchbay/service-kit';
import type { BookingRow } from './booking-rows.js';
import { settleFailed, type ActingProvider } from './booking-steps.js';

/** An account, as far as a call to its provider needs it. */
export interface Place {
  readonly connectionId: string;
  readonly provider: string;
}

/** What calls to the providers of accounts are made with. */
export interface AccountAccess {
  readonly providers: ConfiguredProviders;
  readonly tokens: AccessTokens;
}

/** What {@link BookingEffects} works with. */
export interface BookingEffectsParts extends AccountAccess {
  readonly database: Database;
  readonly clock: Clock;
}

/** Which effect of bookings it is about. */
export interface EffectKind<Kind extends keyof Capabilities> {
  readonly capability: Kind;
  /** As people read it, such as `the meeting`. */
  readonly effect: string;
}

/** What an attempt failed with, and where. No account: the provider is only the name of what there is no account for. */
export interface FailedAttempt {
  readonly verdict: FailureVerdict;
  readonly place: Pick<Place, 'provider'> | null;
  readonly set?: ColumnValues;
}

/** What `auth` says of an account whose grant is gone, for when it need not be asked. */
export const mustReconnect: FailureVerdict = {
  kind: 'reconnect',
  reason: 'connection_needs_reauth',
  retryAfterMs: undefined,
  outcomeUnknown: false,
};

/**
 * Whether it is certain, after an attempt to make the effect failed, that the effect is nowhere: another account may be tried then.
 * An attempt whose outcome is unknown may have made it; so may one before it, whatever this one came to.
 */
export const isMadeNowhere = ({ outcomeUnknown }: FailureVerdict, before: { readonly mayExist: boolean }): boolean =>
  !outcomeUnknown && !before.mayExist;

/** The account that the effect of a booking is at, or may be at. */
export const placeOf = ({ connection_id: connectionId, provider }: BookingRow): Place | null =>
  connectionId === null || provider === null ? null : { connectionId, provider };

/** What every event about the effect of a booking says. */
export const idsOf = (row: BookingRow, { connectionId, provider }: Place) => ({
  user_id: row.user_id,
  booking_id: row.booking_id,
  connection_id: connectionId,
  provider,
});

/**
 * Calls the provider of an account with a working token.
 *
 * @throws ProviderError, and what fetching the token throws. What the call may have done before its token was refused is known to whatever is thrown.
 */
export async function callAccount<Kind extends keyof Capabilities, Result>(
  { providers, tokens }: AccountAccess,
  { connectionId, provider, capability: kind }: Place & { readonly capability: Kind },
  call: (capability: Capabilities[Kind], token: AccessToken) => Promise<Result>,
): Promise<Result> {
  const capability = providers.find(provider)?.capabilities[kind];
  if (capability === undefined) throw new ProviderError(provider, 'unavailable', { reason: 'not_configured' });
  let refused: ProviderError | undefined;
  const attempt = async (value: string): Promise<Result> => {
    try {
      return await call(capability, { value, accountId: connectionId });
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const failure = refused === undefined ? error : error.afterUnknownOutcome();
      if (failure.outcomeUnknown) refused = failure;
      throw failure;
    }
  };
  try {
    return await tokens.use(connectionId, attempt, isRefusedToken);
  } catch (error) {
    // That there is no other token says nothing about what was sent with the one before.
    throw error instanceof AppError && refused !== undefined ? refused : error;
  }
}

/** Whether this build has what it takes: an account may be connected for a kind of integration before there is an adapter for it. */
export const isOffered = (providers: ConfiguredProviders, provider: string, capability: keyof Capabilities): boolean =>
  providers.find(provider)?.provider.capabilities.includes(capability) === true;

const isRefusedToken = (error: unknown): boolean => error instanceof ProviderError && error.code === 'unauthorized';

/** Calls that bring about the effects of bookings, and the records of what they came to. */
export class BookingEffects<Row extends BookingRow, Kind extends keyof Capabilities> {
  constructor(
    private readonly parts: BookingEffectsParts,
    private readonly kind: EffectKind<Kind>,
  ) {}

  /** The provider as people know it. */
  acting(id: string): ActingProvider {
    return { id, displayName: this.parts.providers.find(id)?.provider.displayName ?? id };
  }

  /** Calls a provider as long as the lease is ours. @throws LeaseLostError, and what {@link callAccount} throws. */
  call<Result>(
    lease: Lease<Row>,
    { connectionId, provider }: Place,
    call: (capability: Capabilities[Kind], token: AccessToken) => Promise<Result>,
  ): Promise<Result> {
    return callAccount(this.parts, { connectionId, provider, capability: this.kind.capability }, async (capability, token) => {
      await lease.hold();
      return call(capability, token);
    });
  }

  /** Records that what was wanted is, and announces it. @throws LeaseLostError */
  async done(lease: Lease<Row>, set: ColumnValues, announce: (tx: Transaction) => void | Promise<void>): Promise<void> {
    await this.parts.database.transaction(async (tx) => {
      await lease.settle(tx, { isApplied: true, nextAttemptAt: null, lastError: null, set });
      await announce(tx);
    });
  }

  /** Records why what was wanted is not, and when it is tried again. @throws LeaseLostError */
  async fail(lease: Lease<Row>, { verdict, place, set = {} }: FailedAttempt): Promise<void> {
    const { capability, effect } = this.kind;
    const provider = this.acting(place?.provider ?? capability);
    const now = this.parts.clock();
    await this.parts.database.transaction((tx) => settleFailed(tx, lease, { failure: verdict, provider, effect, now, set }));
  }
}
