import pg from 'pg';
import { createDatabase } from './test-database.js';
import { natsUrl, startNats } from './test-nats.js';

async function tablesOf(url: string): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ tablename: string }>("select tablename from pg_tables where schemaname = 'public'");
  await client.end();
  return rows.map(({ tablename }) => tablename);
}

describe('createDatabase', () => {
  it('gives every caller an empty database of its own', async () => {
    const [first, second] = await Promise.all([createDatabase(), createDatabase()]);
    const client = new pg.Client({ connectionString: first.url });
    await client.connect();
    await client.query('create table marks (id int)');
    await client.end();

    expect(await tablesOf(first.url)).toEqual(['marks']);
    expect(await tablesOf(second.url)).toEqual([]);

    await Promise.all([first.drop(), second.drop()]);
  });

  it('drops a database while somebody is connected to it', async () => {
    const database = await createDatabase();
    const client = new pg.Client({ connectionString: database.url });
    const lost = new Promise((resolve) => client.on('error', resolve));
    await client.connect();

    await database.drop();

    await expect(lost).resolves.toBeInstanceOf(Error);
    await expect(tablesOf(database.url)).rejects.toThrow('does not exist');
  });
});

describe('startNats', () => {
  it('starts a server apart from the shared one, which comes back after a kill', async () => {
    const nats = await startNats();

    nats.kill();
    await nats.ready();

    expect(nats.url).not.toBe(natsUrl());
    await nats.stop();
  });
});
