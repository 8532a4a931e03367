import { validate, version } from 'uuid';
import { eventId } from './event-id.js';

describe('the ids of events', () => {
  const ids = Array.from({ length: 20_000 }, eventId);

  it('are UUIDs of version 7 that tell when they were made', () => {
    expect(ids.every((id) => validate(id) && version(id) === 7)).toBe(true);
    const madeAt = Number.parseInt(eventId().replaceAll('-', '').slice(0, 12), 16);
    expect(Math.abs(Date.now() - madeAt)).toBeLessThan(5_000);
  });

  it('are each greater than the one before, however many are made in a millisecond', () => {
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(ids);
  });

  it('end in random digits that do not repeat', () => {
    const some = ids.slice(0, 600);
    expect(new Set(some.map((id) => id.slice(-10))).size).toBe(some.length);
  });
});
