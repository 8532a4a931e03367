import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ProviderError, type InboundAnswer, type InboundCall, type InboundVerdict, type InboundWebhooksCapability } from '@patchbay/capabilities';
import { AppError, type InputOf, type OutputOf, type RawAnswer, type receiveProviderWebhook } from '@patchbay/contracts';
import { Database } from '@patchbay/database';
import type { ConfiguredProviders } from '@patchbay/providers';
import { CLOCK, LOG, type Clock, type Logger } from '@patchbay/service-kit';
import { GroupCommit } from '../events/group-commit.js';
import { INBOUND_PROVIDERS } from './inbound-providers.js';
import { countReceived } from './ingress-metrics.js';
import { toReceivedCall, type ReceivedCall } from './received-call.js';
import { isLargeBody, ReceivedWebhooksRepository } from './received-webhooks.repository.js';

type Received = InputOf<typeof receiveProviderWebhook>;

/** The bus may wait this long for company of a notice: each look of the relay costs a commit, and the provider is answered already. Milliseconds. */
const relayLingerMs = 15;

const accepted: RawAnswer = { status: 200, headers: {}, body: '' };

/**
 * The path `/webhooks/stripe` has answers of its own: frontends of an older system were written for them. The gateway alone can say `reference`
 * as a path that is none.
 */
const referenceAnswers: Readonly<Record<string, { readonly accepted: RawAnswer; readonly refused: RawAnswer }>> = {
  stripe: {
    accepted: { status: 200, headers: { 'content-type': 'application/json' }, body: '{"status": "success"}' },
    refused: { status: 400, headers: { 'content-type': 'application/json' }, body: '{"error": "Invalid signature"}' },
  },
};

/** Takes webhooks of providers: verified over the bytes that came, stored once, announced, answered. */
@Injectable()
export class IngressService implements OnApplicationShutdown {
  #relayTimer: NodeJS.Timeout | undefined;
  readonly #intake: GroupCommit<ReceivedCall, null>;

  constructor(
    @Inject(INBOUND_PROVIDERS) private readonly providers: ConfiguredProviders,
    @Inject(ReceivedWebhooksRepository) private readonly received: ReceivedWebhooksRepository,
    @Inject(Database) private readonly database: Database,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(LOG) private readonly log: Logger,
  ) {
    this.#intake = new GroupCommit((calls) => this.#commit(calls), { lanes: 2, itemsMax: 200 });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.providers.close();
  }

  /** @throws AppError `webhook_signature_invalid`; `service_unavailable` when the key to check with could not be fetched. */
  async receive(input: Received): Promise<OutputOf<typeof receiveProviderWebhook>> {
    const { provider, method, path, query, headers } = input;
    const reference = path === 'reference' ? referenceAnswers[provider] : undefined;
    const known = this.providers.find(provider);
    const capability = known?.inboundWebhooks;
    const call: InboundCall = { method, path, query, headers, body: Buffer.from(input.body_base64, 'base64') };
    const now = this.now();
    const verdict: InboundVerdict = capability === undefined ? refusedAs('not_configured') : await this.#verdictOn(capability, provider, call);
    countReceived(known?.provider.id, verdict.kind === 'refused' ? verdict.reason : verdict.kind);
    if (verdict.kind === 'handshake') return copyOf(verdict.answer);
    if (verdict.kind === 'refused') {
      if (reference !== undefined) return reference.refused;
      throw new AppError('webhook_signature_invalid');
    }
    const secretHeaders = known?.inboundSecrets.headers ?? [];
    const received = toReceivedCall({ provider, call, told: verdict.notices, receivedAt: now, secretHeaders });
    if (isLargeBody(call.body)) await this.#commit([received]);
    else await this.#intake.add([received]);
    return reference?.accepted ?? (verdict.answer === null ? accepted : copyOf(verdict.answer));
  }

  /** Whatever a stranger sends, it is at worst refused. */
  async #verdictOn(capability: InboundWebhooksCapability, provider: string, call: InboundCall): Promise<InboundVerdict> {
    try {
      return await capability.receive(call, this.now());
    } catch (error) {
      if (error instanceof ProviderError) {
        countReceived(provider, 'key_unavailable');
        throw new AppError('service_unavailable', {}, { cause: error });
      }
      this.log.error({ err: error, provider }, 'a webhook of a provider could not be understood');
      return refusedAs('not_understood');
    }
  }

  async #commit(calls: readonly ReceivedCall[]): Promise<readonly null[]> {
    const fresh = await this.received.store(calls);
    if (fresh.size > 0) this.#wakeRelay();
    // Of several notices in one body each may come again in other company.
    const repeated = calls.filter(({ notices: [first, ...others] }) => first !== undefined && others.length === 0 && !fresh.has(first.id));
    if (repeated.length > 0) void this.#lookForAltered(repeated);
    return calls.map(() => null);
  }

  /** A known notice in another body changes nothing. But somebody who can sign may be trying to, so it is told. */
  async #lookForAltered(repeated: readonly ReceivedCall[]): Promise<void> {
    try {
      for (const { id, provider } of await this.received.findAltered(repeated)) {
        countReceived(provider, 'altered_repeat');
        this.log.warn({ provider, received_id: id }, 'a webhook came again under the same id with another body, which was not taken');
      }
    } catch (error) {
      this.log.warn({ err: error }, 'repeated webhooks could not be compared with the first ones');
    }
  }

  #wakeRelay(): void {
    this.#relayTimer ??= setTimeout(() => {
      this.#relayTimer = undefined;
      this.database.wakeRelay();
    }, relayLingerMs);
  }
}

const refusedAs = (reason: string): InboundVerdict => ({ kind: 'refused', reason });

const copyOf = ({ status, headers, body }: InboundAnswer): RawAnswer => ({ status, headers: { ...headers }, body });
