import type { Database, Transaction } from '@patchbay/database';
import { waitFor } from '@patchbay/testing';
import { aCalendar, startSyncBench, type SyncBench } from '../testing/sync-bench.js';
import { PushChannelsRepository } from './push-channels.repository.js';

describe('channels that follow their calendars', () => {
  let bench: SyncBench;

  beforeAll(async () => {
    bench = await startSyncBench();
  });
  afterAll(() => bench.stop());
  beforeEach(() => bench.reset());

  const states = async (): Promise<readonly string[]> =>
    (await bench.query<{ state: string }>(`SELECT state FROM push_channels`)).map(({ state }) => state);
  const follow = (database: Database = bench.database) => new PushChannelsRepository(database).follow(new Date(), ['google']);
  /** A database in whose transactions something happens after the first statement. */
  const interrupted = (happen: () => Promise<unknown>): Database => {
    const transaction = <Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> =>
      bench.database.transaction(async (tx) => {
        let isFirst = true;
        const query = async (sql: string, values?: readonly unknown[]): Promise<unknown[]> => {
          const rows = await tx.query(sql, values);
          if (isFirst) await happen();
          isFirst = false;
          return rows;
        };
        return work({ query } as unknown as Transaction);
      });
    return { transaction } as unknown as Database;
  };

  it('follow an account that is switched off while they are looked at', async () => {
    const account = await bench.connect(aCalendar('work'));
    const waits = async (): Promise<true | undefined> => {
      const waiting = await bench.query(`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`);
      return waiting.length > 0 ? true : undefined;
    };
    let switching: Promise<unknown> | undefined;

    await follow(
      interrupted(async () => {
        switching = bench.query(`UPDATE accounts SET sync_enabled = false WHERE id = $1`, [account]);
        await waitFor(waits, 'the switch to wait for the calendar');
      }),
    );
    const before = await states();
    await switching;
    await follow();

    expect([switching, before, await states()]).toEqual([expect.any(Promise), ['opening'], ['closing']]);
  });
});
