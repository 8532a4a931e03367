import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import { serve } from './program.js';
import { bodyOf, concurrency, eventData, headersOf } from './webhook.js';

/** What deliveries are held against: POSTs of the same size to the same receiver, as many at once, and nothing else. Not even signed. */
async function post({ url, count, userId }: { url: string; count: number; userId: string }): Promise<void> {
  const { origin, pathname: path } = new URL(url);
  const pool = new Pool(origin, { connections: concurrency });
  const body = bodyOf(eventData(userId, 0));
  let left = count;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const headers = headersOf(randomUUID(), Math.floor(Date.now() / 1_000), 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=');
      const answer = await pool.request({ path, method: 'POST', headers, body });
      await answer.body.dump();
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  await pool.close();
}

const api = { post };
export type BarePosterApi = typeof api;

serve(api);
