import { connect, type NatsConnection } from '@nats-io/transport-node';
import { createWebhookEndpoint, deleteWebhookEndpoint, requestSubjectOf, type RequestContract } from '@patchbay/contracts';
import type { Stack } from '@patchbay/local-stack';
import { eventType } from './webhook.js';

/** Somebody with one endpoint. */
export interface Customer {
  readonly userId: string;
  readonly endpointId: string;
}

/** Customers of a host product, who never signed in: the service is asked over NATS on their behalf, as the gateway asks it. */
export class Customers {
  private constructor(private readonly connection: NatsConnection) {}

  static async open({ natsUrl }: Stack): Promise<Customers> {
    return new Customers(await connect({ servers: natsUrl }));
  }

  async add(userId: string, webhookUrl: string): Promise<Customer> {
    const input = { name: 'benchmarks', webhook_url: webhookUrl, events: [eventType] };
    const { id } = (await this.#ask(createWebhookEndpoint, { userId, input })) as { readonly id: string };
    return { userId, endpointId: id };
  }

  async remove({ userId, endpointId }: Customer): Promise<void> {
    await this.#ask(deleteWebhookEndpoint, { userId, input: { id: endpointId } });
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  async #ask(contract: RequestContract, { userId, input }: { userId: string; input: object }): Promise<unknown> {
    const frame = { input, caller: { tenant_id: 'default', user_id: userId, role: 'user' } };
    const answer = await this.connection.request(requestSubjectOf(contract), JSON.stringify(frame), { timeout: 10_000 });
    // Successful answers carry no headers; a failure names its code in one.
    if (answer.headers !== undefined) throw new Error(`${contract.name} was refused: ${answer.headers.get('Patchbay-Error')}`);
    return answer.json();
  }
}
