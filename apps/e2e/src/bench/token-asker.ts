import { connect, type NatsConnection } from '@nats-io/transport-node';
import { offer, type Load, type Offered } from './open-loop.js';
import { serve } from './program.js';

/** A service that needs access tokens. */
interface Asker {
  readonly natsUrl: string;
  readonly connectionIds: readonly string[];
  readonly load: Load;
}

const subject = 'request.auth.get-access-token.v1';

async function ask(connection: NatsConnection, connectionId: string): Promise<void> {
  const answer = await connection.request(subject, JSON.stringify({ input: { connection_id: connectionId } }), { timeout: 10_000 });
  const { access_token: token } = answer.json<{ readonly access_token?: string }>();
  if (token === undefined) throw new Error(`a token was not answered: ${answer.string().slice(0, 200)}`);
}

const api = {
  /** Asks for one token after the other at a fixed rate. */
  offer: async ({ natsUrl, connectionIds, load }: Asker): Promise<readonly Offered[]> => {
    const connection = await connect({ servers: natsUrl });
    try {
      return await offer(load, async (number) => {
        const id = connectionIds[number % connectionIds.length] ?? '';
        await ask(connection, id);
        return id;
      });
    } finally {
      await connection.close();
    }
  },
};
export type TokenAskerApi = typeof api;

serve(api);
