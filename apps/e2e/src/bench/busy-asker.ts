import { connect, type NatsConnection } from '@nats-io/transport-node';
import { offer, type Load, type Offered } from './open-loop.js';
import { serve } from './program.js';

/** Somebody who wants to know when a user is busy. */
interface Asker {
  readonly natsUrl: string;
  readonly userId: string;
  readonly from: string;
  readonly to: string;
  readonly load: Load;
}

const subject = 'request.calendar.get-busy-times.v1';

async function ask(connection: NatsConnection, { userId, from, to }: Asker): Promise<number> {
  const frame = { input: { from, to }, caller: { tenant_id: 'default', user_id: userId, role: 'user' } };
  const answer = await connection.request(subject, JSON.stringify(frame), { timeout: 10_000 });
  const [item] = answer.json<{ readonly items?: readonly { readonly bookable: boolean; readonly busy: readonly unknown[] }[] }>().items ?? [];
  if (item?.bookable !== true) throw new Error(`busy times were not answered: ${answer.string().slice(0, 200)}`);
  return item.busy.length;
}

const api = {
  /** Asks the same again and again at a fixed rate. Each is named by how many ranges were answered. */
  offer: async (asker: Asker): Promise<readonly Offered[]> => {
    const connection = await connect({ servers: asker.natsUrl });
    try {
      return await offer(asker.load, async () => String(await ask(connection, asker)));
    } finally {
      await connection.close();
    }
  },
};
export type BusyAskerApi = typeof api;

serve(api);
