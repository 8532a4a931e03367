import { v7 as uuidv7 } from 'uuid';
import { idOfTime, timeOfId } from './id-time.js';

describe('the id of a time', () => {
  it('is not above any id of that millisecond, and above every one before', () => {
    const time = new Date('2026-11-21T12:00:00.123Z');
    const id = idOfTime(time);

    expect(id <= uuidv7({ msecs: time.getTime() })).toBe(true);
    expect(id > uuidv7({ msecs: time.getTime() - 1 })).toBe(true);
  });

  it('tells its time', () => {
    const time = new Date('2031-02-03T04:05:06.789Z');

    expect(timeOfId(idOfTime(time))).toEqual(time);
    expect(timeOfId(uuidv7({ msecs: time.getTime() }))).toEqual(time);
  });
});
