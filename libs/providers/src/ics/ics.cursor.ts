import { ProviderError } from '@patchbay/capabilities';
import { z } from 'zod';
import type { Validators } from './ics.feed.js';

/** What is remembered of a feed that was read. */
export interface FeedCursor {
  /** A digest of its address. */
  readonly address: string;
  /** Which reader of calendar texts it was read with. */
  readonly parser: number;
  readonly validators: Validators;
  /** A digest of its text: some servers have no validators. */
  readonly text: string;
  /** What was in it, so that what is gone can be told. */
  readonly resources: readonly string[];
}

const version = 2;

const cursor = z.strictObject({
  v: z.literal(version),
  address: z.string(),
  parser: z.int(),
  etag: z.string().nullable(),
  modified: z.string().nullable(),
  text: z.string(),
  resources: z.string(),
});

/** As it is stored. */
export const cursorText = ({ address, parser, validators: { etag, modified }, text, resources }: FeedCursor): string =>
  JSON.stringify({ v: version, address, parser, etag, modified, text, resources: resources.join(' ') } satisfies z.output<typeof cursor>);

/** @throws ProviderError `cursor_expired` for anything that {@link cursorText} did not write */
export const readCursor = (stored: string): FeedCursor => {
  const parsed = cursor.safeParse(jsonOf(stored));
  if (!parsed.success) throw new ProviderError('ics', 'cursor_expired');
  const { address, parser, etag, modified, text, resources } = parsed.data;
  return { address, parser, validators: { etag, modified }, text, resources: resources === '' ? [] : resources.split(' ') };
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};
