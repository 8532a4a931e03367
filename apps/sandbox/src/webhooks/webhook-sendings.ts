import { randomUUID } from 'node:crypto';
import { fakeWebhookSenders, type FakeWebhook, type FakeWebhookSender, type FakeWebhookVariant } from '@patchbay/providers/testing';
import { request } from 'undici';

/** What somebody wants to be sent. */
export interface WebhookWish {
  readonly type?: string | undefined;
  readonly variant: FakeWebhookVariant;
  /** In full; default: Patchbay's path for webhooks of this provider. */
  readonly url?: string | undefined;
  /** The same id is the same notice once more. */
  readonly id?: string | undefined;
}

/** What was sent, and what came back. */
export interface SentWebhook {
  readonly provider: string;
  readonly type: string;
  readonly variant: FakeWebhookVariant;
  readonly id: string;
  readonly url: string;
  readonly sent_at: string;
  /** Null when nobody answered. */
  readonly status: number | null;
  readonly body: string;
}

/** Fakes whose webhooks come under another name than their own. */
const hosts: Readonly<Record<string, string>> = { youtube: 'google', outlook: 'microsoft' };
const keptMax = 20;
const answerCharactersMax = 2_000;

/** Sends signed webhooks as a provider does, rightly or wrongly, and remembers the latest. */
export class WebhookSendings {
  readonly #sent: SentWebhook[] = [];

  constructor(private readonly ingressBaseUrl: string) {}

  /** Those of one fake. */
  sendersAt(fake: string): readonly FakeWebhookSender[] {
    return fakeWebhookSenders.filter(({ provider }) => (hosts[provider] ?? provider) === fake);
  }

  find(provider: string): FakeWebhookSender | undefined {
    return fakeWebhookSenders.find((sender) => sender.provider === provider);
  }

  /** Newest first. */
  sentBy(provider: string): readonly SentWebhook[] {
    return this.#sent.filter((sent) => sent.provider === provider).toReversed();
  }

  clear(): void {
    this.#sent.length = 0;
  }

  /** `sandboxUrl` is where the fakes are reached. */
  async send(sender: FakeWebhookSender, wish: WebhookWish, sandboxUrl: string): Promise<SentWebhook> {
    const { type = sender.types[0] ?? '', variant, id = randomUUID() } = wish;
    const url = wish.url ?? `${this.ingressBaseUrl}/${sender.provider}`;
    const apiBaseUrl = `${sandboxUrl}/${hosts[sender.provider] ?? sender.provider}`;
    // The machine's time: whoever verifies compares with it, and not with the clock of the sandbox.
    const now = new Date();
    const answer = await post(url, await sender.sign(type, { variant, id, now, url, apiBaseUrl }));
    const sent = { provider: sender.provider, type, variant, id, url, sent_at: now.toISOString(), ...answer };
    this.#sent.push(sent);
    if (this.#sent.length > keptMax) this.#sent.shift();
    return sent;
  }
}

async function post(url: string, { method, path, query, headers, body }: FakeWebhook): Promise<Pick<SentWebhook, 'status' | 'body'>> {
  const target = new URL(path === '' ? url : `${url.replace(/\/$/, '')}/${path}`);
  for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value);
  try {
    const answer = await request(target, { method, headers, body: method === 'GET' ? null : body, headersTimeout: 15_000, bodyTimeout: 15_000 });
    return { status: answer.statusCode, body: (await answer.body.text()).slice(0, answerCharactersMax) };
  } catch (error) {
    return { status: null, body: error instanceof Error ? error.message : 'nobody answered' };
  }
}
