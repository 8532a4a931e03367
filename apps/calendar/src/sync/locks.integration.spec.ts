import { jest } from '@jest/globals';
import type { Transaction } from '@patchbay/database';
import { AccountsRepository } from '../accounts/accounts.repository.js';
import { TasksRepository } from '../tasks/tasks.repository.js';
import { anEvent } from '../testing/calendars.fake.js';
import { aCalendar, startSyncBench, type SyncBench } from '../testing/sync-bench.js';

jest.setTimeout(60_000);

describe('a calendar that is read while its account is locked', () => {
  let bench: SyncBench;

  beforeAll(async () => {
    bench = await startSyncBench();
  });
  afterAll(() => bench.stop());
  beforeEach(() => bench.reset());

  const lockForTask = async (tx: Transaction, accountId: string): Promise<void> => {
    const [account] = await tx.query<{ user_id: string }>('SELECT user_id FROM accounts WHERE id = $1', [accountId]);
    await new TasksRepository(bench.database).lockAccount(tx, { tenant_id: 'default', user_id: account?.user_id ?? '' }, accountId);
  };
  const lockForList = async (tx: Transaction, accountId: string): Promise<void> => {
    await new AccountsRepository(bench.database).lockChoice(tx, accountId);
  };

  it.each([
    ['by somebody who asks for a reading', lockForTask],
    ['by whoever takes a list of its calendars', lockForList],
  ])('%s is read to its end, without waiting for that', async (_who, lock) => {
    bench.provider.put('work', anEvent('meeting'));
    const account = await bench.connect(aCalendar('work'));

    await bench.database.transaction(async (tx) => {
      await lock(tx, account);
      bench.start();
      await bench.settled(account);
    });

    expect(await bench.titles(account)).toEqual(['event meeting']);
  });
});
