import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createBlock, listBlocks, listConflicts, listResolutions, resolveConflict, type InputOf } from '@patchbay/contracts';
import { Database } from '@patchbay/database';
import { pino } from 'pino';
import { BlocksRepository } from '../blocks/blocks.repository.js';
import { calendarService } from '../calendar.module.js';
import { as, openCallers, type CalendarCallers } from '../testing/calendar-callers.js';
import { startCalendarStack, type CalendarStack } from '../testing/calendar-stack.js';
import { ResolutionsRepository } from './resolutions.repository.js';

jest.setTimeout(60_000);

describe('what is long over', () => {
  let stack: CalendarStack;
  let requests: CalendarCallers['requests'];
  let close: CalendarCallers['close'];
  let database: Database;

  beforeAll(async () => {
    stack = await startCalendarStack();
    ({ requests, close } = await openCallers(stack));
    const log = pino({ level: 'silent' });
    database = await Database.open({ url: stack.database.url, schema: 'calendar', entities: [], migrations: [...calendarService.migrations], log });
  });
  afterAll(async () => {
    await close();
    await database.close();
    await stack.stop();
  });

  const userId = randomUUID();
  const block = (change: Partial<InputOf<typeof createBlock>>) =>
    requests.send(
      createBlock,
      {
        title: 'Focus',
        note: null,
        start_time: '2024-03-01T10:00:00Z',
        end_time: '2024-03-01T12:00:00Z',
        time_zone: 'UTC',
        is_all_day: false,
        recurrence: [],
        ...change,
      },
      as(userId),
    );
  const blocks = async () => (await requests.send(listBlocks, { limit: 50 }, as(userId))).items.map(({ title }) => title);

  it('is forgotten, also what has repeated for a while, but not blocks that repeat on, nor what was decided since', async () => {
    await block({ title: 'Over' });
    await block({ title: 'Has repeated', recurrence: ['RRULE:FREQ=DAILY;COUNT=30'] });
    await block({ title: 'Had to end', recurrence: ['RRULE:FREQ=WEEKLY;UNTIL=20240601T000000Z'] });
    await block({ title: 'Repeats', recurrence: ['RRULE:FREQ=MONTHLY'] });
    await block({ title: 'To come', start_time: '2031-03-01T10:00:00Z', end_time: '2031-03-01T11:00:00Z' });
    const range = { from: '2024-02-01T00:00:00Z', to: '2024-04-01T00:00:00Z' };
    await block({ title: 'Over, too' });
    const [conflict] = (await requests.send(listConflicts, { ...range, limit: 50 }, as(userId))).items;
    const decided = await requests.send(resolveConflict, { id: conflict?.id ?? '', action: 'keep_both' }, as(userId));
    const history = async () => (await requests.send(listResolutions, { limit: 50 }, as(userId))).items.map(({ id }) => id);
    const resolutions = new ResolutionsRepository(database);

    await new BlocksRepository(database).forget(new Date('2025-01-01T00:00:00Z'));
    await resolutions.forget(new Date(Date.parse(decided.created_at) - 60_000));
    const kept = [await blocks(), await history()];
    await resolutions.forget(new Date(Date.parse(decided.created_at) + 60_000));

    expect(kept).toEqual([['To come', 'Repeats'], [decided.id]]);
    expect(await history()).toEqual([]);
  });
});
