import type { Booking } from '@patchbay/contracts';
import { LeasedRows, workColumns, type ColumnValues, type Database, type Transaction, type WorkRow } from '@patchbay/database';
import { currentTraceparent } from '@patchbay/tracing';
import { v7 as uuidv7 } from 'uuid';
import type { BookingIntent } from './booking-intent.js';

/**
 * The columns of a service's `bookings` table: what is wanted of each booking and the account its effect lives at. For `CREATE TABLE` statements
 * of migrations, so these words are never edited, only added to by later migrations.
 */
export const bookingColumns = `
  -- Also the key that marks the effect at the provider: made once, kept for good.
  id uuid PRIMARY KEY,
  tenant_id text NOT NULL DEFAULT 'default',
  booking_id text NOT NULL,
  user_id uuid NOT NULL,
  wanted jsonb,
  wanted_order text NOT NULL DEFAULT '',
  is_cancelled boolean NOT NULL DEFAULT false,
  ends_at timestamptz,
  -- The account that the effect is at, or was about to be made at. Null: no call to make it can have arrived anywhere.
  connection_id uuid,
  provider text,
  ${workColumns},
  UNIQUE (tenant_id, booking_id)`;

/** A row with {@link bookingColumns}, as `releaseBookings` changed them. */
export interface BookingRow extends WorkRow, BookingIntent {
  readonly tenant_id: string;
  readonly booking_id: string;
  readonly user_id: string;
  readonly ends_at: Date | null;
  readonly connection_id: string | null;
  readonly provider: string | null;
  /** The booking belongs elsewhere by now, where it has another row: this one is only there until its effect is removed. */
  readonly is_released: boolean;
}

/** What any event about a booking says of it. */
export interface BookingName {
  readonly tenantId: string;
  readonly bookingId: string;
  readonly userId: string;
}

/** How a booking goes on. */
interface HandOver {
  readonly intent: BookingIntent;
  /** When what is left of it where it was may be removed. */
  readonly dueAt: Date;
}

/** Whoever waits for a row that is released meanwhile looks again. */
const lockTriesMax = 5;
/** Forgotten in one statement: small enough to hold no lock for long. */
const forgetMax = 1_000;
const forgetEnded = {
  name: 'forget-ended-bookings',
  text: `DELETE FROM bookings WHERE id IN (SELECT id FROM bookings WHERE ends_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING id`,
};
const forgetEndless = {
  name: 'forget-endless-bookings',
  text: `DELETE FROM bookings WHERE id IN (SELECT id FROM bookings WHERE ends_at IS NULL AND id < $1 LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING id`,
};

/** What is wanted of bookings, in the `bookings` table of a service. */
export class BookingRows<Row extends BookingRow> {
  readonly due: LeasedRows<Row>;

  constructor(private readonly database: Database) {
    this.due = new LeasedRows(database, 'bookings');
  }

  /** Locks a booking's row until the end of the transaction; makes it when the booking is new. */
  async lock(tx: Transaction, { tenantId, bookingId, userId }: BookingName): Promise<Row> {
    const current = `tenant_id = $1 AND booking_id = $2 AND NOT is_released`;
    for (let tries = 0; tries < lockTriesMax; tries += 1) {
      await tx.query(
        `INSERT INTO bookings (id, tenant_id, booking_id, user_id) VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant_id, booking_id) WHERE NOT is_released DO NOTHING`,
        [uuidv7(), tenantId, bookingId, userId],
      );
      const [row] = await tx.query<Row>(`SELECT * FROM bookings WHERE ${current} FOR UPDATE`, [tenantId, bookingId]);
      if (row !== undefined) return row;
    }
    throw new Error('a booking was released again and again while it was waited for');
  }

  /**
   * The row that a booking has with what is wanted now, before that is written down: where it gets another organiser, it is released first. Nothing else
   * changes whose a row is, for its account is theirs as well.
   */
  async rowFor(tx: Transaction, row: Row, { intent, dueAt }: HandOver): Promise<Row> {
    if (organizerOf(row, intent) === row.user_id) return row;
    // Before anything was wanted, nothing was begun for anybody.
    return row.wanted === null ? this.#takeOver(tx, row, { from: row, intent }) : this.#release(tx, row, { intent, dueAt });
  }

  /**
   * Parts a booking from its effect, wherever that is. The row, and with it the account and the key, stays with the effect, which the ordinary work removes as it
   * does of a cancelled booking: whoever is at work on it now ends that first, and when its provider cannot be reached, nobody else waits. The booking
   * goes on in a row of its own, with nothing wanted yet, and so its effect has another key: to guests an event of somebody else is another event.
   *
   * @returns the new row, locked.
   */
  async #release(tx: Transaction, row: Row, { intent, dueAt }: HandOver): Promise<Row> {
    await this.want(tx, row, { dueAt, set: { is_released: true, is_cancelled: true } });
    const name = { tenantId: row.tenant_id, bookingId: row.booking_id, userId: organizerOf(row, intent) };
    return this.#takeOver(tx, await this.lock(tx, name), { from: row, intent });
  }

  /**
   * Lets a booking go on without the effect that it had, because the account of that, or the place in it, is certainly gone, or because it is not its
   * organiser's: in the transaction that settles its row. Not when something else became of it since that was claimed.
   */
  async beginAnew(tx: Transaction, { id, tenant_id: tenantId, booking_id: bookingId, user_id: userId }: Row, now: Date): Promise<void> {
    const row = await this.lock(tx, { tenantId, bookingId, userId });
    if (row.id !== id || row.is_cancelled) return;
    const next = await this.#release(tx, row, { intent: row, dueAt: now });
    await this.want(tx, next, { dueAt: now, set: intentColumns(row) });
  }

  /** Makes a row that of the organiser, with what is known of the booking wherever its effect is. */
  async #takeOver(tx: Transaction, { id }: Row, { from, intent }: { readonly from: Row; readonly intent: BookingIntent }): Promise<Row> {
    const set = { user_id: organizerOf(from, intent), ...this.carriedOver(from, intent) };
    const assignments = Object.keys(set).map((name, index) => `${name} = $${index + 2}`);
    const [row] = await tx.query<Row>(`UPDATE bookings SET ${assignments.join(', ')} WHERE id = $1 RETURNING *`, [id, ...Object.values(set)]);
    if (row === undefined) throw new Error('unreachable: the row is locked');
    return row;
  }

  /** What a service knows of a booking that has nothing to do with where its effect is, as it is for whoever organises it by an intent. */
  protected carriedOver(_row: Row, _intent: BookingIntent): ColumnValues {
    return {};
  }

  /** Writes down what is wanted now, and when to bring it about. */
  async want(tx: Transaction, row: Row, change: { readonly dueAt: Date | null; readonly set: ColumnValues }): Promise<void> {
    const columns = Object.keys(change.set).map((name, index) => `, ${name} = $${index + 4}`);
    await tx.query(
      `UPDATE bookings SET wanted_revision = wanted_revision + 1, next_attempt_at = $2, traceparent = coalesce($3, traceparent)${columns.join('')} WHERE id = $1`,
      [row.id, change.dueAt, currentTraceparent() ?? null, ...Object.values(change.set)],
    );
  }

  /**
   * Makes everything due that a user's bookings still wait for, because an account or its settings changed. What is over stays as it is, and so
   * does the wait of a booking whose effect may be on its way at a provider: a search before its end could miss it.
   */
  async stir(tx: Transaction, user: { readonly tenantId: string; readonly userId: string }, now: Date): Promise<void> {
    await tx.query(
      `UPDATE bookings SET wanted_revision = wanted_revision + 1,
         next_attempt_at = CASE
           WHEN connection_id IS NOT NULL THEN greatest(next_attempt_at, $3)
           WHEN attempts > 0 OR next_attempt_at IS NULL THEN $3
           ELSE next_attempt_at END
       WHERE tenant_id = $1 AND user_id = $2 AND applied_revision < wanted_revision
         AND (is_cancelled OR ends_at > $3)`,
      [user.tenantId, user.userId, now],
    );
  }

  /**
   * Forgets the bookings that ended before, in small batches. One whose end nobody told, because only its cancellation or its link came, goes when
   * it was first heard of before: its id tells when.
   */
  async forget(before: Date): Promise<void> {
    const firstId = uuidv7({ msecs: before.getTime(), seq: 0, random: new Uint8Array(16) });
    for (const [statement, bound] of [
      [forgetEnded, before],
      [forgetEndless, firstId],
    ] as const)
      while ((await this.database.execute(statement, [bound, forgetMax])).length === forgetMax);
  }
}

/** Who organises a booking by an intent, as the database spells it; whoever its row was made for while nobody knows. */
export const organizerOf = (row: Pick<BookingRow, 'user_id'>, { wanted }: BookingIntent): string =>
  wanted?.organizer.user_id.toLowerCase() ?? row.user_id;

/** The columns of an intent, and what follows from it. Whose the row is does not: {@link BookingRows.rowFor}. */
export const intentColumns = (intent: BookingIntent): ColumnValues => ({
  wanted: intent.wanted === null ? null : JSON.stringify(intent.wanted),
  wanted_order: intent.wanted_order,
  is_cancelled: intent.is_cancelled,
  ends_at: endOf(intent.wanted),
});

const endOf = (booking: Booking | null): Date | null => (booking === null ? null : new Date(booking.end_time));

/** How long after its end a booking is still worth the work. Milliseconds. */
const worthwhileMs = 24 * 60 * 60_000;

/** True when nobody is helped any more by bringing a booking about. */
export const isLongOver = ({ ends_at: end }: BookingRow, now: Date): boolean => end !== null && end.getTime() + worthwhileMs < now.getTime();
