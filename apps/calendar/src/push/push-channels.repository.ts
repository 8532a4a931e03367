import { Inject, Injectable } from '@nestjs/common';
import { Database, LeasedRows, type Transaction } from '@patchbay/database';
import type { ChannelState, PushChannelRow } from './push-rows.js';

/** So many calendars are looked at in one statement. */
const lookedAtMax = 200;

/** Calendars whose channels may not be as they should be. Whoever changes one meanwhile, or its account, waits for its row, and has it looked at again. */
const lockLooked = `
  SELECT id FROM calendars WHERE push_look_at <= $1 ORDER BY push_look_at LIMIT ${lookedAtMax} FOR NO KEY UPDATE SKIP LOCKED`;

/**
 * Calendars that shall have a channel get it, and those that shall not lose it. A statement of its own after they are locked: one statement would see the
 * accounts as they were before it waited for a calendar, and take down that it had looked at what it never saw.
 */
const follow = `
  WITH wanted AS (
    SELECT looked.id, looked.tenant_id, looked.user_id, looked.account_id, looked.provider, looked.remote_id, accounts.status_at,
      looked.is_selected AND looked.sync_enabled AND accounts.status = 'active' AND accounts.sync_enabled AND looked.provider = ANY ($2::text[]) AS is_wanted
    FROM calendars AS looked JOIN accounts ON accounts.id = looked.account_id WHERE looked.id = ANY ($3::uuid[])
  ), ended AS (
    UPDATE push_channels AS channel
    SET state = 'closing', wanted_revision = wanted_revision + 1, attempts = 0, next_attempt_at = $1, updated_at = now()
    FROM wanted WHERE channel.calendar_id = wanted.id AND channel.state <> 'closing'
      AND (NOT wanted.is_wanted OR channel.account_status_at <> wanted.status_at)
    RETURNING channel.id
  ), opened AS (
    INSERT INTO push_channels (id, tenant_id, user_id, calendar_id, account_id, provider, remote_calendar_id, account_status_at, next_attempt_at)
    SELECT gen_random_uuid(), tenant_id, user_id, id, account_id, provider, remote_id, status_at, $1 FROM wanted
    -- After the others have made room.
    WHERE is_wanted AND (SELECT count(*) FROM ended) >= 0 AND NOT EXISTS (
      SELECT 1 FROM push_channels AS channel WHERE channel.calendar_id = wanted.id AND channel.state <> 'closing'
        AND channel.account_status_at = wanted.status_at)
    RETURNING id
  )
  UPDATE calendars SET push_look_at = NULL WHERE id = ANY ($3::uuid[])`;

@Injectable()
export class PushChannelsRepository {
  /** Channels that shall be opened, replaced or closed. */
  readonly due: LeasedRows<PushChannelRow>;

  constructor(@Inject(Database) private readonly database: Database) {
    this.due = new LeasedRows(database, 'push_channels');
  }

  /** Brings channels in line with what is wanted of calendars of these providers. @returns how many calendars were looked at. */
  async follow(now: Date, providers: readonly string[]): Promise<number> {
    return this.database.transaction(async (tx) => {
      const looked = await tx.query<{ id: string }>(lockLooked, [now]);
      if (looked.length > 0) await tx.query(follow, [now, providers, looked.map(({ id }) => id)]);
      return looked.length;
    });
  }

  /**
   * What a channel shall come to by now, which stays so until the end of the transaction; undefined when it is gone. Calendars are always locked before their
   * channels.
   */
  async lockState(tx: Transaction, { id, calendar_id: calendarId }: PushChannelRow): Promise<ChannelState | undefined> {
    await lockCalendar(tx, calendarId);
    const [row] = await tx.query<Pick<PushChannelRow, 'state'>>(`SELECT state FROM push_channels WHERE id = $1 FOR UPDATE`, [id]);
    return row?.state;
  }

  /** Whether a channel is being opened that takes the place of the others. */
  async hasSuccessor(tx: Transaction, calendarId: string): Promise<boolean> {
    const rows = await tx.query(`SELECT 1 FROM push_channels WHERE calendar_id = $1 AND state IN ('opening', 'unwatchable', 'failed')`, [calendarId]);
    return rows.length > 0;
  }

  /** Has another channel opened that takes the place of this one. */
  async succeed(tx: Transaction, row: PushChannelRow, now: Date): Promise<void> {
    await tx.query(
      `INSERT INTO push_channels (id, tenant_id, user_id, calendar_id, account_id, provider, remote_calendar_id, account_status_at, next_attempt_at)
       SELECT gen_random_uuid(), tenant_id, user_id, calendar_id, account_id, provider, remote_calendar_id, account_status_at, $2
       FROM push_channels WHERE id = $1 ON CONFLICT (calendar_id) WHERE state IN ('opening', 'unwatchable', 'failed') DO NOTHING`,
      [row.id, now],
    );
  }

  /** Closes the channels whose place another has taken. @returns whether there were any. */
  async closeOthers(tx: Transaction, { id, calendar_id: calendarId }: PushChannelRow, now: Date): Promise<boolean> {
    const closed = await tx.query(
      `UPDATE push_channels SET state = 'closing', wanted_revision = wanted_revision + 1, attempts = 0, next_attempt_at = $3, updated_at = now()
       WHERE calendar_id = $1 AND id <> $2 AND state <> 'closing' RETURNING id`,
      [calendarId, id, now],
    );
    return closed.length > 0;
  }

  /** Forgets a channel, unless another holds its lease by now; the calendar is looked at once more where it may need a new one. */
  async forget(tx: Transaction, row: PushChannelRow, lookAt: Date | null): Promise<void> {
    if (lookAt !== null) await lockCalendar(tx, row.calendar_id);
    const gone = await tx.query(`DELETE FROM push_channels WHERE id = $1 AND lease_token = $2 RETURNING id`, [row.id, row.lease_token]);
    if (gone.length === 0 || lookAt === null) return;
    await tx.query(`UPDATE calendars SET push_look_at = $2 WHERE id = $1`, [row.calendar_id, lookAt]);
  }

  /** Of which calendar a channel is; undefined for one that is not known, or is not this provider's. */
  async calendarOf(tx: Transaction, channel: { readonly id: string; readonly provider: string }): Promise<string | undefined> {
    const [row] = await tx.query<Pick<PushChannelRow, 'calendar_id'>>(`SELECT calendar_id FROM push_channels WHERE id = $1 AND provider = $2`, [
      channel.id,
      channel.provider,
    ]);
    return row?.calendar_id;
  }

  /** Has an open channel prolonged or replaced at once. */
  async renewSoon(tx: Transaction, id: string, now: Date): Promise<void> {
    await tx.query(
      `UPDATE push_channels SET wanted_revision = wanted_revision + 1, next_attempt_at = least(next_attempt_at, $2) WHERE id = $1 AND state = 'active'`,
      [id, now],
    );
  }

  /** The provider has ended a channel: another is opened in its place. Whoever works on it just now loses it. */
  async ended(tx: Transaction, id: string, now: Date): Promise<void> {
    await tx.query(
      `UPDATE push_channels SET expires_at = $2, next_attempt_at = $2, wanted_revision = wanted_revision + 1, attempts = 0, lease_token = NULL, lease_until = NULL
       WHERE id = $1 AND state = 'active'`,
      [id, now],
    );
  }

  /** Has calendars looked at that have no channel although their provider calls back: it may have been set up since. */
  async lookAtAll(now: Date, providers: readonly string[]): Promise<void> {
    await this.database.execute(lookAtAll, [now, providers]);
  }
}

async function lockCalendar(tx: Transaction, id: string): Promise<void> {
  await tx.query(`SELECT 1 FROM calendars WHERE id = $1 FOR NO KEY UPDATE`, [id]);
}

const lookAtAll = {
  name: 'push-look-at-all',
  text: `
    WITH without AS (
      SELECT id FROM calendars
      WHERE provider = ANY ($2::text[]) AND is_selected AND sync_enabled AND push_look_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM push_channels AS channel WHERE channel.calendar_id = calendars.id AND channel.state <> 'closing')
      -- Those that are in use are found the next time.
      FOR NO KEY UPDATE SKIP LOCKED)
    UPDATE calendars SET push_look_at = $1 FROM without WHERE calendars.id = without.id RETURNING calendars.id`,
};
