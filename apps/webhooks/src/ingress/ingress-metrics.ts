import { Counter } from 'prom-client';

const receivedTotal = new Counter({
  name: 'patchbay_received_webhooks_total',
  help: 'Webhooks of providers, by what became of them: notices, handshake, or why they were refused.',
  labelNames: ['provider', 'outcome'],
});

/** Counts a call. The provider is one of the registry, because anybody can write anything into a path. */
export const countReceived = (provider: string | undefined, outcome: string): void =>
  receivedTotal.inc({ provider: provider ?? 'unknown', outcome: /^[a-z_]{1,40}$/.test(outcome) ? outcome : 'refused' });
