import { AppError } from '@patchbay/contracts';
import { z } from 'zod';

const id = z.uuid();

/** The id after which a page begins, of lists that are ordered by id. @throws AppError `request_invalid` when it is not one we gave. */
export function idCursorOf({ cursor }: { readonly cursor?: string | undefined }): string | null {
  if (cursor === undefined) return null;
  if (!id.safeParse(cursor).success) throw new AppError('request_invalid', { cursor: 'must be what the previous page gave as next_cursor' });
  return cursor;
}
