import { Injectable } from '@nestjs/common';
import type { UnreadableEvent } from '@patchbay/capabilities';
import type { Transaction } from '@patchbay/database';
import { storableText } from './storable.js';

/** The contents of a calendar that it is about. */
interface FaultyContents {
  readonly calendar: { readonly id: string };
  readonly generation: number;
}

/** Events of contents that are not known as they are. */
export interface Fault {
  /** Of the resource that they are in, or of the series that they are. */
  readonly name: string;
  /** One of them. */
  readonly example: UnreadableEvent;
  readonly events: number;
}

/** What is looked at: a resource may hold events that cannot be read, a series may be one that cannot be expanded. */
export interface LookedAt {
  readonly kind: 'resource' | 'series';
  readonly names: readonly string[];
  readonly faults: readonly Fault[];
}

/** What in the contents of calendars cannot be read. Everything happens with the calendar's row locked. */
@Injectable()
export class FaultsRepository {
  /** Takes down what was found out about resources or series: of those without a fault there is none any more. */
  async replace(tx: Transaction, { calendar, generation }: FaultyContents, { kind, names, faults }: LookedAt): Promise<void> {
    await tx.query(`DELETE FROM calendar_faults WHERE calendar_id = $1 AND generation = $2 AND kind = $3 AND name = ANY ($4)`, [
      calendar.id,
      generation,
      kind,
      names,
    ]);
    if (faults.length === 0) return;
    const texts = (of: 'title' | 'start') => faults.map(({ example }) => (example[of] === null ? null : storableText(example[of])));
    await tx.query(
      `INSERT INTO calendar_faults (calendar_id, generation, kind, name, events, title, start, fault)
       SELECT $1, $2, $3, * FROM unnest($4::text[], $5::integer[], $6::text[], $7::text[], $8::text[])`,
      [
        calendar.id,
        generation,
        kind,
        faults.map(({ name }) => name),
        faults.map(({ events }) => events),
        texts('title'),
        texts('start'),
        faults.map(({ example }) => example.fault),
      ],
    );
  }

  /** Counts the faults of contents that are shown; those of others count when they are. */
  async count(tx: Transaction, { calendar, generation }: FaultyContents): Promise<number> {
    const [row] = await tx.query<{ unreadable_events: number }>(
      `UPDATE calendars SET unreadable_events = (
         SELECT coalesce(sum(events), 0) FROM calendar_faults WHERE calendar_id = $1 AND generation = $2)
       WHERE id = $1 AND generation = $2 RETURNING unreadable_events`,
      [calendar.id, generation],
    );
    return row?.unreadable_events ?? 0;
  }
}
