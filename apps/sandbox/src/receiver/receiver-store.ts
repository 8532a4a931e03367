import { Webhook } from 'standardwebhooks';

/** What a receiver does with a webhook, beside keeping it. */
export interface ReceiverBehaviour {
  readonly status: number;
  readonly delay_ms: number;
  /** Reads the request, then destroys the connection without an answer. */
  readonly drop_after_reading: boolean;
  /** Size of the answer's body. */
  readonly body_bytes: number;
  readonly retry_after: string | null;
  /** For so many requests, then 200 again; null is until it is changed. */
  readonly count: number | null;
  /** False keeps webhooks unchecked: for measurements. */
  readonly verify: boolean;
}

export const friendlyBehaviour: ReceiverBehaviour = {
  status: 200,
  delay_ms: 0,
  drop_after_reading: false,
  body_bytes: 0,
  retry_after: null,
  count: null,
  verify: true,
};

/** How a webhook's signature was judged. `verified` is null where nothing could be judged. */
export interface Verdict {
  readonly verified: boolean | null;
  readonly reason: string;
}

/** One request that a receiver got. */
export interface ReceivedWebhook {
  readonly sequence: number;
  readonly webhook_id: string;
  readonly timestamp: string;
  /** `type` of the body, or an empty string. */
  readonly type: string;
  readonly verified: boolean | null;
  readonly reason: string;
  /** The how-manieth request with this id. */
  readonly attempt: number;
  readonly received_at: string;
  readonly answered: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Counts of one receiver. */
export interface ReceiverSummary {
  readonly name: string;
  readonly behaviour: ReceiverBehaviour;
  readonly has_secret: boolean;
  readonly received: number;
  readonly unique: number;
  readonly verified: number;
  readonly refused: number;
  readonly unchecked: number;
}

/** What arrives, before it is judged. */
export interface ArrivedWebhook {
  readonly rawHeaders: readonly string[];
  readonly webhookId: string;
  readonly timestamp: string;
  readonly signature: string;
  readonly body: Buffer;
  readonly answered: string;
}

interface Kept extends Omit<ArrivedWebhook, 'rawHeaders' | 'signature'> {
  readonly sequence: number;
  readonly attempt: number;
  readonly receivedAtMs: number;
  /** Outside the heap: tens of thousands of webhooks must not crowd out the fakes. */
  readonly rawHeaders: Buffer;
  readonly signature: string;
  verdict: Verdict;
}

/** How many webhooks one receiver keeps; the oldest go first, counts stay. */
const keptMax = 60_000;

/** One named receiver: what it got and how it behaves. */
export class Receiver {
  behaviour: ReceiverBehaviour = friendlyBehaviour;
  private webhook: Webhook | null = null;
  private kept: Kept[] = [];
  private received = 0;
  private readonly seen = new Map<string, number>();
  private readonly verdicts = { verified: 0, refused: 0, unchecked: 0 };

  constructor(readonly name: string) {}

  /**
   * Registers the signing secret. Webhooks that came before it are judged now: an endpoint can be delivered to before anybody could
   * register the secret that creating it gave.
   *
   * @throws Error when the secret is not `whsec_` and base64.
   */
  useSecret(secret: string): void {
    this.webhook = new Webhook(secret);
    for (const delivery of this.kept) {
      if (delivery.verdict.verified !== null) continue;
      this.verdicts.unchecked -= 1;
      delivery.verdict = this.judge(delivery);
    }
  }

  /** What the next request meets; counts down what was limited. */
  takeBehaviour(): ReceiverBehaviour {
    const { behaviour } = this;
    if (behaviour.count !== null) this.behaviour = behaviour.count <= 1 ? friendlyBehaviour : { ...behaviour, count: behaviour.count - 1 };
    return behaviour;
  }

  keep(arrived: ArrivedWebhook, verifies: boolean): void {
    const { webhookId } = arrived;
    this.received += 1;
    const attempt = (this.seen.get(webhookId) ?? 0) + 1;
    this.seen.set(webhookId, attempt);
    const verdict = verifies ? this.judge(arrived) : this.count({ verified: null, reason: 'not checked: verification is off' });
    const rawHeaders = Buffer.from(JSON.stringify(arrived.rawHeaders));
    this.kept.push({ ...arrived, rawHeaders, attempt, verdict, sequence: this.received, receivedAtMs: Date.now() });
    if (this.kept.length > keptMax + keptMax / 10) this.kept = this.kept.slice(-keptMax);
  }

  /** In the order of arrival, after the given sequence number. */
  list(after: number, limit: number): readonly ReceivedWebhook[] {
    const first = this.kept[0]?.sequence ?? 1;
    const from = Math.max(0, after + 1 - first);
    return this.kept.slice(from, from + limit).map(toReceived);
  }

  latest(limit: number): readonly ReceivedWebhook[] {
    return this.kept.slice(-limit).reverse().map(toReceived);
  }

  summary(): ReceiverSummary {
    const { name, behaviour, received, seen, verdicts, webhook } = this;
    return { name, behaviour, has_secret: webhook !== null, received, unique: seen.size, ...verdicts };
  }

  forget(): void {
    this.kept = [];
    this.received = 0;
    this.seen.clear();
    Object.assign(this.verdicts, { verified: 0, refused: 0, unchecked: 0 });
  }

  private judge(arrived: Pick<ArrivedWebhook, 'webhookId' | 'timestamp' | 'signature' | 'body'>): Verdict {
    return this.count(verdictOf(this.webhook, arrived));
  }

  private count(verdict: Verdict): Verdict {
    this.verdicts[verdict.verified === null ? 'unchecked' : verdict.verified ? 'verified' : 'refused'] += 1;
    return verdict;
  }
}

/** Every receiver there is; asking for a new name makes one. */
export class Receivers {
  private readonly byName = new Map<string, Receiver>();

  named(name: string): Receiver {
    const known = this.byName.get(name);
    if (known !== undefined) return known;
    const created = new Receiver(name);
    this.byName.set(name, created);
    return created;
  }

  find(name: string): Receiver | null {
    return this.byName.get(name) ?? null;
  }

  all(): readonly Receiver[] {
    return [...this.byName.values()];
  }

  remove(name: string): boolean {
    return this.byName.delete(name);
  }

  clear(): void {
    this.byName.clear();
  }
}

const noSecret: Verdict = { verified: null, reason: 'no secret is registered for this receiver' };
const genuine: Verdict = { verified: true, reason: 'the signature is genuine and the timestamp recent' };

const verdictOf = (webhook: Webhook | null, { webhookId, timestamp, signature, body }: Omit<ArrivedWebhook, 'rawHeaders' | 'answered'>): Verdict => {
  if (webhook === null) return noSecret;
  try {
    webhook.verify(body, { 'webhook-id': webhookId, 'webhook-timestamp': timestamp, 'webhook-signature': signature }, { jsonParse: false });
    return genuine;
  } catch (error) {
    return { verified: false, reason: error instanceof Error ? error.message : 'the signature could not be checked' };
  }
};

const toReceived = (kept: Kept): ReceivedWebhook => {
  const body = kept.body.toString('utf8');
  return {
    sequence: kept.sequence,
    webhook_id: kept.webhookId,
    timestamp: kept.timestamp,
    type: typeOf(body),
    ...kept.verdict,
    attempt: kept.attempt,
    received_at: new Date(kept.receivedAtMs).toISOString(),
    answered: kept.answered,
    headers: headersOf(JSON.parse(kept.rawHeaders.toString('utf8')) as readonly string[]),
    body,
  };
};

const headersOf = (raw: readonly string[]): Readonly<Record<string, string>> => {
  const headers: Record<string, string> = {};
  for (let index = 0; index + 1 < raw.length; index += 2) headers[(raw[index] ?? '').toLowerCase()] = raw[index + 1] ?? '';
  return headers;
};

const typeOf = (body: string): string => {
  try {
    const { type } = JSON.parse(body) as { readonly type?: unknown };
    return typeof type === 'string' ? type : '';
  } catch {
    return '';
  }
};
