import { Inject, Injectable } from '@nestjs/common';
import type { AccessToken, Capabilities, ProviderError } from '@patchbay/capabilities';
import { callAccount, isOffered, PROVIDERS } from '@patchbay/bookings';
import { AppError, type ErrorCode } from '@patchbay/contracts';
import { Database } from '@patchbay/database';
import type { UserCaller } from '@patchbay/messaging';
import type { ConfiguredProviders } from '@patchbay/providers';
import { AccessTokens, CLOCK, LOG, type Clock, type Logger } from '@patchbay/service-kit';
import { CalendarsRepository } from '../sync/calendars.repository.js';
import { SyncWorker } from '../sync/sync.worker.js';
import { failureFor, isOutcomeUnknown, type AskedFor } from './event-failures.js';

type Kind = 'calendarEvents' | 'calendarSharing';

/** A calendar that somebody asked for by its id. */
export interface AskedCalendar {
  readonly accountId: string;
  readonly calendarId: string;
}

/** A calendar of an account that can be asked at its provider. */
export interface OpenCalendar {
  readonly accountId: string;
  readonly provider: string;
  /** Ours. */
  readonly storedId: string;
  /** The provider's. */
  readonly calendarId: string;
  /** Where whole days and floating times are meant: busy times have them there as well. */
  readonly zone: string;
  /** In which zone a time is meant that comes without one. Null where nobody has said any: it floats, and its provider may know the owner's clock. */
  readonly clock: string | null;
}

interface AccountCalendarRow {
  readonly provider: string;
  readonly status: string;
  readonly stored_id: string | null;
  readonly remote_id: string | null;
  readonly zone: string | null;
  readonly is_zone_said: boolean;
}

// `primary` is what its provider calls so, else where bookings are written, else whichever can be written.
const accountCalendar = {
  name: 'account-calendar',
  text: `
    SELECT accounts.provider, accounts.status, found.id AS stored_id, found.remote_id, found.zone, accounts.time_zone IS NOT NULL OR EXISTS (
      SELECT FROM calendars WHERE account_id = accounts.id AND time_zone IS NOT NULL) AS is_zone_said
    FROM accounts LEFT JOIN LATERAL (
      SELECT id, remote_id, zone FROM calendars
      WHERE account_id = accounts.id AND (remote_id = $4 OR $4 = 'primary')
      ORDER BY remote_id = $4 DESC, is_primary DESC, remote_id IS NOT DISTINCT FROM accounts.calendar_id DESC, is_writable DESC, remote_id
      LIMIT 1
    ) found ON true
    WHERE accounts.id = $1 AND accounts.tenant_id = $2 AND accounts.user_id = $3 AND accounts.status <> 'disconnected'`,
};

/** What a calendar is opened for, and what is said when its provider does not offer that. */
export interface Offer {
  readonly kind: Kind;
  readonly otherwise: ErrorCode;
}

/** Asks the providers of people's calendars while they wait. */
@Injectable()
export class OpenCalendars {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AccessTokens) private readonly tokens: AccessTokens,
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
    @Inject(CalendarsRepository) private readonly calendars: CalendarsRepository,
    @Inject(SyncWorker) private readonly sync: SyncWorker,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  /** @throws AppError `calendar_not_found`, `calendar_unknown`, `connection_needs_reauth`, or that its provider does not offer it */
  async open(user: UserCaller, { accountId, calendarId }: AskedCalendar, { kind, otherwise }: Offer): Promise<OpenCalendar> {
    const [row] = await this.database.read<AccountCalendarRow>(accountCalendar, [accountId, user.tenant_id, user.user_id, calendarId]);
    if (row === undefined) throw new AppError('calendar_not_found');
    const { provider, status, stored_id: storedId, remote_id: remoteId, zone, is_zone_said: isZoneSaid } = row;
    if (!isOffered(this.providers, provider, kind)) throw new AppError(otherwise);
    if (status !== 'active') throw new AppError('connection_needs_reauth');
    if (storedId === null || remoteId === null || zone === null) throw new AppError('calendar_unknown');
    return { accountId, provider, storedId, calendarId: remoteId, zone, clock: isZoneSaid ? zone : null };
  }

  /** Asks the provider. @throws AppError saying what its failure means to whoever asked */
  async ask<K extends Kind, Result>(
    calendar: OpenCalendar,
    { kind, asked }: { readonly kind: K; readonly asked: AskedFor },
    call: (capability: Capabilities[K], token: AccessToken) => Promise<Result>,
  ): Promise<Result> {
    const place = { connectionId: calendar.accountId, provider: calendar.provider, capability: kind };
    try {
      return await callAccount({ providers: this.providers, tokens: this.tokens }, place, call);
    } catch (error) {
      throw failureFor(asked, error);
    }
  }

  /** Writes, and has what stands in the calendar read soon, so that busy times are those after the write. */
  async write<Result>(
    calendar: OpenCalendar,
    asked: AskedFor,
    call: (events: Capabilities['calendarEvents'], token: AccessToken) => Promise<Result>,
  ): Promise<Result> {
    try {
      const result = await this.ask(calendar, { kind: 'calendarEvents', asked }, call);
      await this.#readSoon(calendar);
      return result;
    } catch (error) {
      if (isOutcomeUnknown(error)) await this.#readSoon(calendar);
      throw error;
    }
  }

  async #readSoon({ accountId, storedId }: OpenCalendar): Promise<void> {
    try {
      await this.database.transaction(async (tx) => {
        await this.calendars.readSoon(tx, { accountId, calendarIds: [storedId], now: this.clock() });
        tx.onCommit(() => this.sync.wake());
      });
    } catch (error) {
      // What was written stands; the next poll sees it.
      this.log.warn({ err: error }, 'a calendar that was written into is not read at once');
    }
  }
}

/** A failure of one of several writes, as a whole request would have it. */
export const outcomeFailure = (asked: AskedFor, error: ProviderError): AppError => {
  const failure = failureFor(asked, error);
  if (failure instanceof AppError) return failure;
  throw failure;
};
