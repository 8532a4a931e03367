import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { SealBrokenError, Sealer, SERVICE_CONFIG } from '@patchbay/service-kit';
import type { WebhooksConfig } from '../webhooks.config.js';
import type { EndpointRow } from './endpoints.repository.js';

/** Keeps secrets and custom headers of endpoints sealed; a header may be a credential of the customer's. */
@Injectable()
export class EndpointSecrets {
  readonly #sealer: Sealer;

  constructor(@Inject(SERVICE_CONFIG) config: WebhooksConfig) {
    this.#sealer = new Sealer(config.TOKEN_MASTER_KEYS);
  }

  /** A new secret of 256 bits. */
  make(): string {
    return `whsec_${randomBytes(32).toString('base64')}`;
  }

  sealSecret(secret: string, place: Place): string {
    return this.#sealer.seal(secret, endpointPlaceOf('secret', place));
  }

  sealHeaders(headers: Readonly<Record<string, string>>, place: Place): string {
    return this.#sealer.seal(JSON.stringify(headers), endpointPlaceOf('headers', place));
  }

  openSecret(row: EndpointRow): string {
    return this.#sealer.open(row.secret_sealed, endpointPlaceOf('secret', row));
  }

  openHeaders(row: EndpointRow): Record<string, string> {
    return JSON.parse(this.#sealer.open(row.headers_sealed, endpointPlaceOf('headers', row))) as Record<string, string>;
  }

  /** False when the master key is missing that secret and headers were sealed under. */
  canOpen(row: EndpointRow): boolean {
    return this.#ifOpenable(() => this.openSecret(row)) !== undefined && this.#ifOpenable(() => this.openHeaders(row)) !== undefined;
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
export const endpointPlaceOf = (kind: 'secret' | 'headers', { tenant_id, id }: Place): string => `webhooks/${tenant_id}/endpoints/${id}/${kind}`;
