import pg from 'pg';

/** What the calendar service has of somebody's calendars, looked at from below. */
export interface StoredCalendars {
  /** Calendars of which more than one set of contents is kept, or another one than is shown. */
  readonly leftovers: readonly string[];
  /** Calendars whose provider calls back, and which have no open channel. */
  readonly unwatched: readonly string[];
  readonly watched: number;
}

const contents = `
  SELECT calendar.provider || ' ' || calendar.name AS name, calendar.generation, calendar.building_generation AS building,
    ARRAY(SELECT generation FROM calendar.calendar_events AS event WHERE event.calendar_id = calendar.id
      UNION SELECT generation FROM calendar.busy_ranges AS range WHERE range.calendar_id = calendar.id) AS stored
  FROM calendar.calendars AS calendar WHERE calendar.account_id = ANY ($1::uuid[])`;

const channels = `
  SELECT calendar.provider || ' ' || calendar.name AS name, EXISTS (
    SELECT FROM calendar.push_channels AS channel WHERE channel.calendar_id = calendar.id AND channel.state = 'active' AND channel.expires_at > now()) AS open
  FROM calendar.calendars AS calendar
  WHERE calendar.account_id = ANY ($1::uuid[]) AND calendar.is_selected AND calendar.sync_enabled AND calendar.provider IN ('google', 'outlook')`;

/** Looks into the tables of accounts. */
export async function storedCalendars(databaseUrl: string, accountIds: readonly string[]): Promise<StoredCalendars> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string; generation: number; building: number | null; stored: number[] }>(contents, [accountIds]);
    const { rows: told } = await client.query<{ name: string; open: boolean }>(channels, [accountIds]);
    return {
      leftovers: rows
        .filter(({ generation, building, stored }) => building !== null || stored.some((each) => each !== generation))
        .map(({ name, generation, building, stored }) => `${name} shows ${generation}, builds ${building ?? 'none'}, has ${stored.join(', ')}`),
      unwatched: told.filter(({ open }) => !open).map(({ name }) => name),
      watched: told.filter(({ open }) => open).length,
    };
  } finally {
    await client.end();
  }
}
