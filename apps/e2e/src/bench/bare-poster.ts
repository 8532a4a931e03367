import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import { serve } from './program.js';
import { bodyOf, concurrency, eventData, headersOf, signedHeaders } from './webhook.js';

const signature = 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=';

interface Posts {
  readonly url: string;
  readonly count: number;
  readonly userId: string;
  /** Without, all carry the same signature, made beforehand. */
  readonly isSigned: boolean;
}

/** What deliveries are held against: POSTs of the same size to the same receiver, as many at once, and nothing else. */
async function post({ url, count, userId, isSigned }: Posts): Promise<void> {
  const { origin, pathname: path } = new URL(url);
  const pool = new Pool(origin, { connections: concurrency });
  const body = bodyOf(eventData(userId, 0));
  let left = count;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const id = randomUUID();
      const headers = isSigned ? signedHeaders({ id, body }) : headersOf(id, Math.floor(Date.now() / 1_000), signature);
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
