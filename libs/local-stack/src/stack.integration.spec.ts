import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePorts } from './ports.js';
import { startStack, type Stack } from './stack.js';

async function query(stack: Stack, statement: string): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: stack.databaseUrl });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

describe('startStack', () => {
  let dataDir = '';
  let stack: Stack;

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'patchbay-stack-'));
    // PostgreSQL's account must get in when the tests run as root.
    chmodSync(dataDir, 0o711);
    stack = await startStack({ dataDir, ports: await freePorts(), services: [] });
  }, 60_000);

  afterAll(async () => {
    await stack.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('keeps what PostgreSQL was told through a kill', async () => {
    await query(stack, "create table kept as select 'this' as word");
    const before = stack.pids()['postgres'];

    stack.kill('postgres');
    while (stack.pids()['postgres'] === before) await new Promise(setImmediate);
    await stack.ready();

    expect(await query(stack, 'select word from kept')).toEqual([{ word: 'this' }]);
  }, 30_000);

  it('runs PostgreSQL with durable commits', async () => {
    const settings = await query(stack, "select name, setting from pg_settings where name in ('fsync', 'synchronous_commit') order by name");

    expect(settings).toEqual([
      { name: 'fsync', setting: 'on' },
      { name: 'synchronous_commit', setting: 'on' },
    ]);
  });

  it('starts an emptied NATS after a wipe', async () => {
    const before = stack.pids()['nats'];

    await stack.wipeNats();
    await stack.ready();

    expect(stack.pids()['nats']).not.toBe(before);
  });
});
