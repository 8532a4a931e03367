import { Inject, Injectable } from '@nestjs/common';
import type { ReadingWindow } from '@patchbay/capabilities';
import type { Transaction } from '@patchbay/database';
import { GapsService } from '../gaps/gaps.service.js';
import type { CalendarRow } from '../sync/sync-rows.js';
import { BookingChangesService } from './booking-changes.service.js';
import { TellingsRepository } from './tellings.repository.js';
import type { ToldChange } from './told-change.js';

/** A reading that has come to its end, in the transaction that makes it count. */
export interface EndedReading {
  readonly calendar: CalendarRow;
  /** When it began. */
  readonly since: Date;
  /** Contents that take the place of the shown ones; null when those were changed in place. */
  readonly built: { readonly generation: number; readonly window: ReadingWindow } | null;
}

/**
 * Takes what readings tell of what changed. A provider that tells late is no reason to take something for moved, and one that leaves something out once is
 * none to take it for deleted: what is missing when everything is read counts when it still is some time later.
 */
@Injectable()
export class CalendarChanges {
  constructor(
    @Inject(TellingsRepository) private readonly tellings: TellingsRepository,
    @Inject(BookingChangesService) private readonly bookings: BookingChangesService,
    @Inject(GapsService) private readonly gaps: GapsService,
  ) {}

  /** A calendar is about to be read. */
  async begin(calendar: CalendarRow, intervalMinutes: number): Promise<void> {
    await this.gaps.begin(calendar, intervalMinutes);
  }

  /** A calendar is not read any more after too many errors. */
  async stop(tx: Transaction, calendarId: string): Promise<void> {
    await this.gaps.stop(tx, calendarId);
  }

  /** The calendars of an account are not read any more because their user wants that. */
  async switchOff(tx: Transaction, accountId: string): Promise<void> {
    await this.gaps.switchOff(tx, accountId);
  }

  /** Calendars of an account are not selected any more. */
  async deselect(tx: Transaction, accountId: string, remoteIds: readonly string[]): Promise<void> {
    await this.gaps.deselect(tx, accountId, remoteIds);
  }

  /** The connection of an account may have ended. */
  async loseSight(tx: Transaction, accountId: string): Promise<void> {
    await this.gaps.loseSight(tx, accountId);
  }

  /** What stands in the calendars of an account is forgotten. */
  async forget(tx: Transaction, accountId: string): Promise<void> {
    await this.tellings.forgetAccount(tx, accountId);
    await this.gaps.forget(tx, accountId);
  }

  /** A page of changes to the shown contents is stored in this transaction, with the calendar's row locked. */
  async take(tx: Transaction, calendar: CalendarRow, told: { readonly changes: readonly ToldChange[]; readonly since: Date }): Promise<void> {
    if (told.changes.length === 0) return;
    await this.tellings.note(tx, calendar, told);
    await this.gaps.take(tx, calendar, told.changes);
  }

  /** A reading has come to its end; the contents that it built, and those that are shown, are both there still. */
  async end(tx: Transaction, { calendar, since, built }: EndedReading): Promise<void> {
    if (built !== null && calendar.generation > 0) {
      const change = { built: built.generation, shown: calendar.generation, window: built.window };
      await this.tellings.note(tx, calendar, { changes: await this.tellings.compare(tx, calendar, change), since, isCompared: true });
      await this.gaps.compare(tx, calendar, change);
    }
    const generation = built?.generation ?? calendar.generation;
    await this.bookings.look(tx, calendar, { readAt: since, generation, isFull: built !== null });
    await this.gaps.end(tx, calendar, { since, generation });
  }
}
