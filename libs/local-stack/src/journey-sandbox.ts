import { request } from 'undici';

/** One effect at a provider fake, as the sandbox's ledger keeps it. */
export interface LedgerEntry {
  readonly sequence: number;
  readonly provider: string;
  /** Such as `meeting.created` or `event.deleted`. */
  readonly kind: string;
  readonly id: string;
  readonly key: string;
  readonly account: string;
  readonly at: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** One request that a receiver of the sandbox got. */
export interface ReceivedWebhook {
  readonly sequence: number;
  readonly webhook_id: string;
  readonly type: string;
  readonly verified: boolean | null;
  readonly reason: string;
  readonly attempt: number;
  readonly received_at: string;
  readonly body: string;
}

/** Something that shall go wrong at a provider; exactly one of the effects. */
export interface ProviderFault {
  readonly provider: string;
  readonly path?: string;
  readonly method?: string;
  readonly status?: number;
  readonly delay_ms?: number;
  readonly drop_after_executing?: true;
  readonly cut_answer?: true;
  readonly down?: true;
  readonly count?: number | null;
  readonly probability?: number;
  readonly seed?: number;
}

/** What stands in an account at a provider fake, such as the events of its calendars. */
export interface RemoteItem {
  readonly id: string;
  readonly title: string;
  readonly notes: readonly string[];
}

interface KnownProviders {
  readonly providers: readonly {
    readonly id: string;
    readonly accounts: readonly {
      readonly email: string;
      readonly grants: number;
      readonly collections: readonly { readonly id: string; readonly items: readonly RemoteItem[] }[];
    }[];
  }[];
}

const pageSize = 10_000;

/** The sandbox's control API: what happened at the far ends, and what shall go wrong there. */
export class SandboxControl {
  constructor(readonly url: string) {}

  /** Effects after a sequence number, at most ten thousand. */
  async ledgerAfter(sequence: number): Promise<readonly LedgerEntry[]> {
    const { entries } = await this.#ask<{ entries: readonly LedgerEntry[] }>('GET', `/control/ledger?after=${sequence}&limit=${pageSize}`);
    return entries;
  }

  /** Webhooks that a receiver got after a sequence number, at most ten thousand. */
  async webhooksAfter(receiver: string, sequence: number): Promise<readonly ReceivedWebhook[]> {
    const path = `/control/receivers/${receiver}/deliveries?cursor=${sequence}&limit=${pageSize}`;
    return (await this.#ask<{ deliveries: readonly ReceivedWebhook[] }>('GET', path)).deliveries;
  }

  /** Tells a receiver the secret it shall verify with, and makes the receiver when it is new. */
  async registerReceiver(name: string, secret: string): Promise<void> {
    await this.#ask('PUT', `/control/receivers/${name}`, { secret });
  }

  /** Makes a receiver slow, or whatever else it can be; what is not said is as usual. */
  async behave(name: string, behaviour: { readonly delay_ms?: number; readonly status?: number }): Promise<void> {
    await this.#ask('PUT', `/control/receivers/${name}`, { behaviour });
  }

  async addFault(fault: ProviderFault): Promise<void> {
    await this.#ask('POST', '/control/faults', fault);
  }

  /** The faults in force; `count` says how many more requests each will hit. */
  async faults(): Promise<readonly ProviderFault[]> {
    return (await this.#ask<{ faults: readonly ProviderFault[] }>('GET', '/control/faults')).faults;
  }

  async clearFaults(): Promise<void> {
    await this.#ask('DELETE', '/control/faults');
  }

  /** Every access token that a provider handed out stops to work; refresh tokens live on. */
  async expireTokens(provider: string): Promise<void> {
    await this.#ask('POST', `/control/providers/${provider}/expire-tokens`, {});
  }

  /** A person takes the permission back at the provider, or changes the password there. */
  async revokeGrant(provider: string, email: string): Promise<void> {
    await this.#ask('POST', `/control/providers/${provider}/revoke-grant`, { email });
  }

  /** Brings a provider into a situation that it alone knows, such as `put-event` of Google. */
  async begin(provider: string, situation: string, input: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#ask('POST', `/control/providers/${provider}/${situation}`, input);
  }

  /** How many permissions of a person still work at a provider. */
  async grantsOf(provider: string, email: string): Promise<number> {
    return (await this.#accountsAt(provider)).find((account) => account.email === email)?.grants ?? 0;
  }

  /** Everything that stands in an account at a provider. */
  async itemsOf(provider: string, email: string): Promise<readonly RemoteItem[]> {
    const account = (await this.#accountsAt(provider)).find((each) => each.email === email);
    return account?.collections.flatMap(({ items }) => items) ?? [];
  }

  /** The first account at a provider without OAuth, and what is typed to connect it. */
  async typedFor(provider: string): Promise<Readonly<Record<string, string>>> {
    const [account] = await this.#accountsAt(provider);
    const items = account?.collections.find(({ id }) => id === 'credentials')?.items ?? [];
    return Object.fromEntries(items.map(({ id, notes: [value = ''] }) => [id, value]));
  }

  async #accountsAt(provider: string): Promise<KnownProviders['providers'][number]['accounts']> {
    const { providers } = await this.#ask<KnownProviders>('GET', '/control/providers');
    return providers.find(({ id }) => id === provider)?.accounts ?? [];
  }

  /** Presses "Allow" on a consent page as this person, and answers where the provider sent the browser then. */
  async consent(authUrl: string, email: string): Promise<URL> {
    const url = new URL(authUrl);
    url.searchParams.set('auto_approve', email);
    const { statusCode, headers, body } = await request(url, { method: 'GET' });
    const location = headers['location'];
    if (typeof location === 'string') {
      await body.dump();
      return new URL(location);
    }
    throw new Error(
      `The consent page answered ${statusCode} instead of leading back: ${(await body.text())
        .replaceAll(/<[^>]*>/g, ' ')
        .trim()
        .slice(-200)}`,
    );
  }

  async #ask<Answer>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, content?: unknown): Promise<Answer> {
    const { statusCode, body } = await request(`${this.url}${path}`, {
      method,
      headers: content === undefined ? {} : { 'content-type': 'application/json' },
      body: content === undefined ? null : JSON.stringify(content),
    });
    const text = await body.text();
    if (statusCode > 299) throw new Error(`The sandbox refused ${method} ${path} with ${statusCode}: ${text.slice(0, 300)}`);
    return (text === '' ? undefined : JSON.parse(text)) as Answer;
  }
}
