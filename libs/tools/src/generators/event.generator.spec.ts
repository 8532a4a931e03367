import { compilerFaults, treeWith } from '../testing/repository-tree.js';
import { eventGenerator } from './event.generator.js';

const bookings = 'libs/contracts/src/booking/booking.events.ts';
const doors = ['libs/contracts/src/index.ts', 'libs/contracts/src/event-catalog.ts'];

describe('nx g tools:event', () => {
  it('declares an event beside the others of its producer', async () => {
    const tree = treeWith([bookings]);

    await eventGenerator(tree, { name: 'booking_confirmed', producer: 'product', audience: 'public' });

    expect(tree.read(bookings, 'utf-8')).toContain("export const bookingConfirmed = defineEvent({\n  type: 'booking_confirmed',");
    expect(compilerFaults(tree)).toEqual([]);
  }, 60_000);

  it('makes the first event of a producer known to the catalogue', async () => {
    const tree = treeWith(doors);

    await eventGenerator(tree, { name: 'file_stored', producer: 'storage', audience: 'internal' });

    expect(tree.read('libs/contracts/src/event-catalog.ts', 'utf-8')).toContain('...Object.values(storage),');
    expect(tree.read('libs/contracts/src/index.ts', 'utf-8')).toContain("export * from './storage/storage.events.js';");
  });

  it('refuses a name that is taken', async () => {
    const tree = treeWith([bookings]);

    await expect(eventGenerator(tree, { name: 'booking_created', producer: 'product', audience: 'public' })).rejects.toThrow('already');
  });
});
