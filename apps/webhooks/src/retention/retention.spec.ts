import { jest } from '@jest/globals';
import { createLogger } from '@patchbay/service-kit';
import type { WebhooksConfig } from '../webhooks.config.js';
import { Retention } from './retention.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** Retention over tables that note when they are swept. */
function aRetention() {
  const swept: string[] = [];
  const table = (name: string): never => ({ sweep: () => (swept.push(name), Promise.resolve(0)) }) as never;
  const database = { transaction: () => (swept.push('partitions'), Promise.resolve(false)) } as never;
  const config = { WEBHOOKS_RETENTION_DAYS: 90 } as WebhooksConfig;
  const endpoints = { forgetPrevious: () => (swept.push('replaced secrets'), Promise.resolve(0)) } as never;
  return {
    swept,
    retention: new Retention(
      database,
      table('ids of events'),
      table('activities'),
      table('received webhooks'),
      endpoints,
      table('jobs'),
      table('statistics'),
      config,
      () => new Date(),
      createLogger('webhooks', 'silent'),
    ),
  };
}

describe('retention', () => {
  it('looks after everything within minutes of the start, and again every hour', async () => {
    const { swept, retention } = aRetention();
    const once = ['partitions', 'replaced secrets', 'partitions', 'ids of events', 'activities', 'received webhooks', 'jobs', 'statistics'];

    retention.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(5 * 60_000);
    expect(swept).toEqual(once);
    await jest.advanceTimersByTimeAsync(60 * 60_000);

    expect(swept).toEqual([...once, ...once]);
  });

  it('forgets nothing after the end', async () => {
    const { swept, retention } = aRetention();

    retention.onApplicationBootstrap();
    retention.beforeApplicationShutdown();
    await jest.advanceTimersByTimeAsync(2 * 60 * 60_000);

    expect(swept).toEqual([]);
  });
});
