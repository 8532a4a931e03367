import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import { offer, type Load, type Offered } from './open-loop.js';
import { serve } from './program.js';
import { eventData, eventType } from './webhook.js';

/** A product that publishes events over HTTP. */
interface Publisher {
  readonly gatewayUrl: string;
  readonly apiKey: string;
  /** Whose events they are, one after the other. */
  readonly userIds: readonly string[];
}

const batchSize = 100;
const batchesAtOnce = 6;

const anEvent = ({ userIds }: Publisher, number: number) => ({
  id: randomUUID(),
  type: eventType,
  version: 1,
  timestamp: new Date().toISOString(),
  data: eventData(userIds[number % userIds.length] ?? '', number),
});

function publisherOf({ gatewayUrl, apiKey }: Publisher): (content: object) => Promise<void> {
  const pool = new Pool(gatewayUrl, { connections: 64 });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` };
  return async (content) => {
    const answer = await pool.request({ path: '/api/v1/events', method: 'POST', headers, body: JSON.stringify(content) });
    if (answer.statusCode !== 202) throw new Error(`an event was answered ${answer.statusCode}: ${await answer.body.text()}`);
    await answer.body.dump();
  };
}

const api = {
  /** Single events at a fixed rate. */
  offer: ({ publisher, load }: { publisher: Publisher; load: Load }): Promise<readonly Offered[]> => {
    const publish = publisherOf(publisher);
    return offer(load, async (number) => {
      const event = anEvent(publisher, number);
      await publish(event);
      return event.id;
    });
  },
  /** As many as are taken, in batches. */
  publish: async ({ publisher, count }: { publisher: Publisher; count: number }): Promise<void> => {
    const publish = publisherOf(publisher);
    let left = count;
    const lane = async (): Promise<void> => {
      while (left > 0) {
        const size = Math.min(batchSize, left);
        left -= size;
        await publish({ events: Array.from({ length: size }, (_, index) => anEvent(publisher, index)) });
      }
    };
    await Promise.all(Array.from({ length: batchesAtOnce }, lane));
  },
};
export type PublisherApi = typeof api;

serve(api);
