import { createFakeLedger, type FakeLedger } from '@patchbay/providers/testing';
import { hostProviders, type HostedProviders } from '../providers/hosted-providers.js';
import { Receivers } from '../receiver/receiver-store.js';
import { WebhookSendings } from '../webhooks/webhook-sendings.js';
import { createVirtualClock, type VirtualClock } from './virtual-clock.js';

/** Everything the sandbox knows. In memory: a sandbox that ends forgets. */
export interface SandboxState {
  readonly clock: VirtualClock;
  readonly ledger: FakeLedger;
  readonly providers: HostedProviders;
  readonly receivers: Receivers;
  readonly webhooks: WebhookSendings;
  /** As if it had just been started. */
  reset(): void;
}

export const createSandboxState = (patchbayUrl: string): SandboxState => {
  const clock = createVirtualClock();
  const ledger = createFakeLedger(() => clock.now());
  const providers = hostProviders(() => clock.now(), ledger);
  const receivers = new Receivers();
  const webhooks = new WebhookSendings(`${patchbayUrl.replace(/\/$/, '')}/api/v1/ingress`);
  return {
    clock,
    ledger,
    providers,
    receivers,
    webhooks,
    reset: () => {
      clock.reset();
      providers.all().forEach(({ fake, faults }) => {
        fake.reset();
        faults.clear();
      });
      ledger.clear();
      receivers.clear();
      webhooks.clear();
    },
  };
};
