import { randomUUID } from 'node:crypto';
import { stripeFakeWebhooks } from '@patchbay/providers/testing';
import { Pool } from 'undici';
import { offer, type Load, type Offered } from './open-loop.js';
import { serve } from './program.js';

const path = '/api/v1/ingress/stripe';
/** As large as what Stripe tells of an invoice. */
const details = {
  lines: Array.from({ length: 20 }, (_, line) => ({ id: `il_${line}`, amount: 2_999, currency: 'usd', description: 'A line of an invoice' })),
};

const eventOf = (id: string): Buffer =>
  Buffer.from(
    JSON.stringify({
      id: `evt_${id}`,
      object: 'event',
      created: 1,
      type: 'invoice.paid',
      livemode: false,
      data: { object: { id: `in_${id}`, ...details } },
    }),
  );

/** A provider that signs what it tells, and sends it at a fixed rate. */
const api = {
  offer: ({ gatewayUrl, load }: { readonly gatewayUrl: string; readonly load: Load }): Promise<readonly Offered[]> => {
    const pool = new Pool(gatewayUrl, { connections: 64 });
    return offer(load, async () => {
      const id = randomUUID();
      const signing = { variant: 'right', id, now: new Date(), url: `${gatewayUrl}${path}`, apiBaseUrl: gatewayUrl, body: eventOf(id) } as const;
      const { method, headers, body } = await stripeFakeWebhooks.sign('invoice.paid', signing);
      const answer = await pool.request({ path, method, headers: { ...headers }, body });
      if (answer.statusCode !== 200) throw new Error(`a webhook was answered ${answer.statusCode}: ${await answer.body.text()}`);
      await answer.body.dump();
      return `evt_${id}`;
    });
  },
};
export type ProviderApi = typeof api;

serve(api);
