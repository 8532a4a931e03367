import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Sealer, SERVICE_CONFIG } from '@patchbay/service-kit';
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
    return this.#sealer.seal(secret, placeOf('secret', place));
  }

  sealHeaders(headers: Readonly<Record<string, string>>, place: Place): string {
    return this.#sealer.seal(JSON.stringify(headers), placeOf('headers', place));
  }

  openSecret(row: EndpointRow): string {
    return this.#sealer.open(row.secret_sealed, placeOf('secret', row));
  }

  openHeaders(row: EndpointRow): Record<string, string> {
    return JSON.parse(this.#sealer.open(row.headers_sealed, placeOf('headers', row))) as Record<string, string>;
  }
}

type Place = Pick<EndpointRow, 'tenant_id' | 'id'>;

const placeOf = (kind: string, { tenant_id, id }: Place): string => `webhooks/${tenant_id}/endpoints/${id}/${kind}`;
