import { request } from 'undici';
import { startHealthServer } from './health-server.js';

describe('the health server', () => {
  it('is alive at once and ready when every check passes', async () => {
    let isUp = false;
    const health = await startHealthServer(0, { database: () => isUp });
    const statusOf = async (path: string): Promise<number> => (await request(`http://127.0.0.1:${health.port}${path}`)).statusCode;

    const before = [await statusOf('/health/live'), await statusOf('/health/ready')];
    isUp = true;
    const after = [await statusOf('/health/live/'), await statusOf('/health/ready/')];
    await health.stop();

    expect({ before, after }).toEqual({ before: [200, 503], after: [200, 200] });
  });

  it('takes a check that throws for one that fails, and names it', async () => {
    const health = await startHealthServer(0, {
      database: async () => {
        throw new Error('gone');
      },
      messaging: () => true,
    });

    const { body } = await request(`http://127.0.0.1:${health.port}/health/ready`);
    const answer = await body.json();
    await health.stop();

    expect(answer).toEqual({ status: 'not_ready', checks: { database: false, messaging: true } });
  });

  it('shows metrics in the format of Prometheus', async () => {
    const health = await startHealthServer(0, {});

    const { body } = await request(`http://127.0.0.1:${health.port}/metrics`);
    const text = await body.text();
    await health.stop();

    expect(text).toContain('# TYPE process_cpu_user_seconds_total counter');
  });
});
