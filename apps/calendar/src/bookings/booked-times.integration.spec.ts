import type { CalendarTime } from '@patchbay/capabilities';
import { instantOfWallTime } from '@patchbay/icalendar';
import { createDatabase, type TestDatabase } from '@patchbay/testing';
import pg from 'pg';
import { ReadWrittenTimes1763708400000 } from '../database/migrations/1763708400000-read-written-times.js';

describe('the moment of a time as events have it', () => {
  let database: TestDatabase;
  let sql: pg.Pool;

  beforeAll(async () => {
    database = await createDatabase();
    sql = new pg.Pool({ connectionString: database.url, max: 1 });
    await new ReadWrittenTimes1763708400000().up({ query: (text: string) => sql.query(text) } as never);
  });
  afterAll(async () => {
    await sql.end();
    await database.drop();
  });

  const momentOf = async (time: CalendarTime, zone: string): Promise<Date | null> => {
    const { rows } = await sql.query<{ moment: Date | null }>('SELECT moment_of($1::jsonb, $2) AS moment', [JSON.stringify(time), zone]);
    return rows[0]?.moment ?? null;
  };

  // What busy times are worked out by: clocks of Berlin leave out half past two in March, and show it twice in October; those of Cairo leave out a midnight.
  it.each([
    ['2027-03-01T10:00:00', 'America/New_York'],
    ['2027-03-28T02:30:00', 'Europe/Berlin'],
    ['2027-10-31T02:30:00', 'Europe/Berlin'],
    ['2027-10-31T03:00:00', 'Europe/Berlin'],
    ['2027-04-30T00:00:00', 'Africa/Cairo'],
    ['2027-07-01T10:00:00', 'Asia/Kolkata'],
  ])('is the same in the database: %s in %s', async (dateTime, timeZone) => {
    const moment = new Date(instantOfWallTime(dateTime, timeZone));

    expect(await momentOf({ dateTime, timeZone }, 'UTC')).toEqual(moment);
    expect(await momentOf({ dateTime, timeZone: null }, timeZone)).toEqual(moment);
  });

  it('is the midnight of a day in the calendar’s zone', async () => {
    expect(await momentOf({ date: '2027-07-01' }, 'Europe/Berlin')).toEqual(new Date('2027-06-30T22:00:00Z'));
  });

  it('is none where nobody knows the zone or the time, which harms no question', async () => {
    expect(await momentOf({ dateTime: '2027-07-01T10:00:00', timeZone: 'Mars/Base' }, 'UTC')).toBeNull();
    expect(await momentOf({ dateTime: '2027-02-30T10:00:00', timeZone: 'UTC' }, 'UTC')).toBeNull();
  });
});
