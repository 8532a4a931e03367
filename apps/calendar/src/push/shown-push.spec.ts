import { shownPush, type PushFacts } from './shown-push.js';

const facts = (change: Partial<PushFacts>): PushFacts => ({ isRead: true, isOffered: true, channel: 'active', ...change });

describe('whether a provider tells of changes', () => {
  it.each<[string, Partial<PushFacts>, string]>([
    ['it does', {}, 'active'],
    ['nobody has asked it yet', { channel: null }, 'opening'],
    ['it is being asked', { channel: 'opening' }, 'opening'],
    ['it could not be asked', { channel: 'failed' }, 'failed'],
    ['it tells nothing of this calendar', { channel: 'unwatchable' }, 'unsupported'],
    ['it tells nothing at all', { isOffered: false, channel: null }, 'unsupported'],
    ['the calendar is not read', { isRead: false }, 'off'],
  ])('is shown when %s', (_when, change, shown) => {
    expect(shownPush(facts(change))).toBe(shown);
  });
});
