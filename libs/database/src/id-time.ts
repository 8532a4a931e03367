/** The smallest UUIDv7 of a moment (RFC 9562 section 5.7): ids are in the order of their times, so a range of time is a range of ids. */
export function idOfTime(time: Date): string {
  const hex = time.getTime().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

/** When a UUIDv7 was made, to the millisecond. */
export const timeOfId = (id: string): Date => new Date(parseInt(`${id.slice(0, 8)}${id.slice(9, 13)}`, 16));
