import { randomUUID } from 'node:crypto';
import { jetstream } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { getAccessToken, requestSubjectOf, subjectOf, type EventContract, type EventOf } from '@patchbay/contracts';
import { waitFor } from './wait-for.js';

/** How `auth` answers for a connection: with a token, or with the code of a failure. */
export type TokenAnswer = { readonly token: string } | { readonly failure: string };

/** An event as a producer sends it; what is left out is made up. */
export interface Published<Contract extends EventContract> {
  readonly data: EventOf<Contract>['data'];
  readonly id?: string;
  readonly timestamp?: string;
}

/** The bus as a stranger sees it: publishes with nothing of ours, and keeps every event that passes. */
export class EventProbe {
  readonly #events: EventOf<EventContract>[] = [];
  #publishedMs = 0;

  private constructor(private readonly connection: NatsConnection) {
    connection.subscribe('event.>', { callback: (_error, message) => void this.#events.push(message.json<EventOf<EventContract>>()) });
  }

  /** Listens from now on. Close it in `afterAll`. */
  static async open(natsUrl: string): Promise<EventProbe> {
    const probe = new EventProbe(await connect({ servers: natsUrl, maxReconnectAttempts: -1, reconnectTimeWait: 100, waitOnFirstConnect: true }));
    await probe.connection.flush();
    return probe;
  }

  /** Publishes an event and waits until the broker has it. What is published later is later, also within one millisecond. */
  async publish<Contract extends EventContract>(contract: Contract, { data, id = randomUUID(), timestamp }: Published<Contract>): Promise<void> {
    const carried = headers();
    carried.set('Nats-Msg-Id', id);
    this.#publishedMs = Math.max(Date.now(), this.#publishedMs + 1);
    const envelope = { id, type: contract.type, version: contract.version, timestamp: timestamp ?? new Date(this.#publishedMs).toISOString(), data };
    const client = jetstream(this.connection, { timeout: 500 });
    // A service that just started may not have made the stream yet; the same id twice is one event.
    const publish = () => client.publish(subjectOf(contract), JSON.stringify(envelope), { headers: carried });
    await waitFor(() => publish().catch(() => undefined), 'a broker that takes the event');
  }

  /** What passed so far of one kind of event. */
  seen<Contract extends EventContract>(contract: Contract): readonly EventOf<Contract>['data'][] {
    const isOne = (event: EventOf<EventContract>): event is EventOf<Contract> => event.type === contract.type && event.version === contract.version;
    return this.#events.filter(isOne).map(({ data }) => data);
  }

  /** Waits for an event of one kind. */
  async next<Contract extends EventContract>(
    contract: Contract,
    fits: (data: EventOf<Contract>['data']) => boolean = () => true,
  ): Promise<EventOf<Contract>['data']> {
    return waitFor(() => this.seen(contract).find(fits), contract.type);
  }

  /** Answers for `auth` when a service asks for an access token. */
  answerTokens(answer: (connectionId: string, rejected: string | undefined) => TokenAnswer): void {
    this.connection.subscribe(requestSubjectOf(getAccessToken), {
      callback: (_error, message) => {
        const { input } = message.json<{ input: { connection_id: string; rejected_token?: string } }>();
        const outcome = answer(input.connection_id, input.rejected_token);
        if ('token' in outcome) return void message.respond(JSON.stringify({ access_token: outcome.token, expires_at: null }));
        const failed = headers();
        failed.set('Patchbay-Error', outcome.failure);
        message.respond('{}', { headers: failed });
      },
    });
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}
