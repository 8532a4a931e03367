import { CalendarModel, dayMs, hourMs, lengthMs, series, single, startsOf } from './events.js';
import { judgeAtLast, judgeMeanwhile } from './judge.js';

const noon = Date.parse('2026-12-01T12:00:00Z');
const range = (start: number, length = lengthMs) => ({ start: new Date(start).toISOString(), end: new Date(start + length).toISOString() });

function aModel(): CalendarModel {
  const model = new CalendarModel();
  const lasting = single('lasts', noon);
  const before = single('moves', noon + 2 * hourMs);
  for (const event of [lasting, before]) model.expect(event);
  model.put(lasting, true);
  model.put(before);
  const after = { ...before, at: noon + 4 * hourMs };
  model.expect(after);
  model.put(after);
  return model;
}

describe('the days of a series', () => {
  it('are those that were not taken out, and some are an hour later', () => {
    expect(startsOf({ ...series('daily', noon, 4), cancelled: [1], moved: [2] })).toEqual([noon, noon + 2 * dayMs + hourMs, noon + 3 * dayMs]);
  });
});

describe('busy times while calendars change', () => {
  it('may be as they were or as they are', () => {
    for (const moved of [2, 4]) expect(judgeMeanwhile([range(noon), range(noon + moved * hourMs)], aModel())).toEqual({ lost: [], ghosts: [] });
  });

  it('never lack what does not change', () => {
    expect(judgeMeanwhile([range(noon + 2 * hourMs)], aModel()).lost).toEqual(['free at 2026-12-01T12:00:00.000Z']);
  });

  it('never have what was nowhere', () => {
    expect(judgeMeanwhile([range(noon), range(noon + hourMs)], aModel()).ghosts).toEqual(['busy at 2026-12-01T13:00:00.000Z']);
    expect(judgeMeanwhile([range(noon), range(noon + 2 * hourMs, hourMs)], aModel()).ghosts).toHaveLength(1);
  });
});

describe('busy times when all is quiet', () => {
  it('are what stands at the providers', () => {
    expect(judgeAtLast([range(noon), range(noon + 4 * hourMs)], aModel())).toEqual({ lost: [], ghosts: [] });
  });

  it('are not what stood there before', () => {
    expect(judgeAtLast([range(noon), range(noon + 2 * hourMs)], aModel())).toEqual({
      lost: ['free at 2026-12-01T16:00:00.000Z'],
      ghosts: ['busy at 2026-12-01T14:00:00.000Z'],
    });
  });

  it('have nothing of what was removed', () => {
    const model = aModel();
    model.remove('moves');

    expect(judgeAtLast([range(noon), range(noon + 4 * hourMs)], model).ghosts).toEqual(['busy at 2026-12-01T16:00:00.000Z']);
  });
});
