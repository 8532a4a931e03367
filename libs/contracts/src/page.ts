import { z } from 'zod';

/** Query of every list. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  /** What the previous page gave as `next_cursor`. */
  cursor: z.string().max(500).optional(),
};

/** A page of a list: `next_cursor` is null on the last one. */
export const pageOf = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item), next_cursor: z.string().nullable() });
