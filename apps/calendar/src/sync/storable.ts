import { createHash } from 'node:crypto';
import type { SourceEvent } from '@patchbay/capabilities';

/** Bytes. Keys of an index end at 2,704 and have two names in them; those of Google have up to 1,024 characters. */
const nameBytesMax = 1_024;

/** Text as PostgreSQL can keep it: without NUL and without halves of surrogate pairs. People paste either into calendars. */
export const storableText = (text: string): string => text.toWellFormed().replaceAll('\0', '');

/** How `JSON.stringify` writes what cannot be kept. */
const unstorable = /\\u(?:0000|d[89a-f])/;

/** A value as `jsonb` can keep it. */
const storableJson = (value: unknown): string => {
  const json = JSON.stringify(value);
  // Going through each value takes several times as long, and hardly any has such text.
  if (!unstorable.test(json)) return json;
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'string' ? storableText(inner) : inner));
};

const isShort = (name: string): boolean => Buffer.byteLength(name) <= nameBytesMax;

/** A name of an event, a series or a resource as it can be stored and looked up: one that no index would take goes by its digest. */
export function storableName(name: string): string {
  const text = storableText(name);
  return isShort(text) ? text : `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** An event as it can be stored, with those of its names that are looked up. */
export function storableEvent(told: SourceEvent): SourceEvent {
  const event = JSON.parse(storableJson(told)) as SourceEvent;
  const { id, seriesId } = event;
  if (isShort(id) && (seriesId === null || isShort(seriesId))) return event;
  return { ...event, id: storableName(id), seriesId: seriesId === null ? null : storableName(seriesId) };
}
