import { AppError } from '@patchbay/contracts';
import { z } from 'zod';

/** A page of a list that is ordered by id, newest first. */
export interface Page<Item> {
  readonly items: Item[];
  readonly next_cursor: string | null;
}

const id = z.uuid();

/** The id after which a page begins; null for the first page. @throws AppError `request_invalid` when the cursor is none that we gave. */
export function idCursorOf({ cursor }: { readonly cursor?: string | undefined }): string | null {
  if (cursor === undefined) return null;
  if (!id.safeParse(cursor).success) throw new AppError('request_invalid', { cursor: 'must be what the previous page gave as next_cursor' });
  return cursor;
}

/** A page ends here even when more was asked for: an answer must fit into one message. Bytes of JSON, well below NATS's usual 1 MiB. */
const pageBytesMax = 600_000;

/**
 * Makes a page of rows that were read one further than `limit`, so that it is known whether there are more. A page whose items are large ends
 * early; the next one goes on where it ended.
 */
export function toPage<Row extends { readonly id: string }, Item>(rows: readonly Row[], limit: number, toItem: (row: Row) => Item): Page<Item> {
  const items: Item[] = [];
  let bytes = 0;
  for (const row of rows.slice(0, limit)) {
    const item = toItem(row);
    bytes += Buffer.byteLength(JSON.stringify(item));
    if (bytes > pageBytesMax && items.length > 0) break;
    items.push(item);
  }
  return { items, next_cursor: rows.length > items.length ? (rows[items.length - 1]?.id ?? null) : null };
}
