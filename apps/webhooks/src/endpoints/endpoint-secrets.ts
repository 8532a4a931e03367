import { Inject, Injectable } from '@nestjs/common';
import { SealBrokenError, Sealer, SERVICE_CONFIG } from '@patchbay/service-kit';
import type { WebhooksConfig } from '../webhooks.config.js';
import type { EndpointRow } from './endpoints.repository.js';

/** A secret that was replaced, and until when it still signs. */
export interface PreviousSecret {
  readonly secret: string;
  readonly until: string;
}

/** Keeps secrets and custom headers of endpoints sealed; a header may be a credential of the customer's. */
@Injectable()
export class EndpointSecrets {
  readonly #sealer: Sealer;

  constructor(@Inject(SERVICE_CONFIG) config: WebhooksConfig) {
    this.#sealer = new Sealer(config.TOKEN_MASTER_KEYS);
  }

  sealSecret(secret: string, place: Place): string {
    return this.#sealer.seal(secret, endpointPlaceOf('secret', place));
  }

  sealHeaders(headers: Readonly<Record<string, string>>, place: Place): string {
    return this.#sealer.seal(JSON.stringify(headers), endpointPlaceOf('headers', place));
  }

  sealPrevious(previous: readonly PreviousSecret[], place: Place): string | null {
    return previous.length === 0 ? null : this.#sealer.seal(JSON.stringify(previous), endpointPlaceOf('previous', place));
  }

  openSecret(row: EndpointRow): string {
    return this.#sealer.open(row.secret_sealed, endpointPlaceOf('secret', row));
  }

  openHeaders(row: EndpointRow): Record<string, string> {
    return JSON.parse(this.#sealer.open(row.headers_sealed, endpointPlaceOf('headers', row))) as Record<string, string>;
  }

  openPrevious(row: EndpointRow): readonly PreviousSecret[] {
    if (row.previous_sealed === null) return [];
    return JSON.parse(this.#sealer.open(row.previous_sealed, endpointPlaceOf('previous', row))) as PreviousSecret[];
  }

  /** False when the master key is missing that secret and headers were sealed under. */
  canOpen(row: EndpointRow): boolean {
    const opened = this.#ifOpenable(() => [this.openSecret(row), this.openHeaders(row), this.openPrevious(row)]);
    return opened !== undefined;
  }

  /** The headers as their owner sees them: none while they cannot be opened. */
  shownHeaders(row: EndpointRow): Record<string, string> {
    return this.#ifOpenable(() => this.openHeaders(row)) ?? {};
  }

  /** The same secret under today's first master key; as it is while it cannot be opened. */
  resealSecret(row: EndpointRow): string {
    const secret = this.#ifOpenable(() => this.openSecret(row));
    return secret === undefined ? row.secret_sealed : this.sealSecret(secret, row);
  }

  /** The same for secrets that were replaced. */
  resealPrevious(row: EndpointRow): string | null {
    const previous = this.#ifOpenable(() => this.openPrevious(row));
    return previous === undefined ? row.previous_sealed : this.sealPrevious(previous, row);
  }

  /** The same headers under today's first master key; as they are while they cannot be opened. */
  resealHeaders(row: EndpointRow): string {
    const headers = this.#ifOpenable(() => this.openHeaders(row));
    return headers === undefined ? row.headers_sealed : this.sealHeaders(headers, row);
  }

  #ifOpenable<Value>(open: () => Value): Value | undefined {
    try {
      return open();
    } catch (error) {
      if (error instanceof SealBrokenError) return undefined;
      throw error;
    }
  }
}

type Place = Pick<EndpointRow, 'tenant_id' | 'id'>;

/** What a sealed value of an endpoint is bound to. */
export const endpointPlaceOf = (kind: 'secret' | 'headers' | 'previous', { tenant_id, id }: Place): string =>
  `webhooks/${tenant_id}/endpoints/${id}/${kind}`;
