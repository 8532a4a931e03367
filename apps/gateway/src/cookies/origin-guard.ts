import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@patchbay/contracts';
import { SERVICE_CONFIG, type ProcessConfig } from '@patchbay/service-kit';
import type { GatewayConfig } from '../gateway.config.js';
import { frontendOrigins } from './allowed-origins.js';

/** As much of a request as tells where it comes from. */
interface Sent {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/**
 * Tells whether a request comes from a page that may act for whoever looks at it. Browsers add cookies to requests of any page, and scripts
 * cannot forge `Origin`. https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
 */
@Injectable()
export class OriginGuard {
  readonly #allowed: ReadonlySet<string>;

  constructor(@Inject(SERVICE_CONFIG) config: GatewayConfig & ProcessConfig) {
    this.#allowed = new Set([...frontendOrigins(config), new URL(config.PUBLIC_BASE_URL).origin]);
  }

  /** For a request that acts by its cookies. @throws AppError `origin_not_allowed` when it changes something and no page of ours sent it. */
  check(request: Sent): void {
    if (request.method === 'GET' || request.method === 'HEAD') return;
    const { origin } = request.headers;
    // Scripts cannot set a header that begins with Sec-. https://fetch.spec.whatwg.org/#forbidden-request-header
    const isOurs = origin === undefined ? request.headers['sec-fetch-site'] === 'same-origin' : this.#isAllowed(origin);
    if (!isOurs) throw new AppError('origin_not_allowed');
  }

  /** False for what a page of a stranger sent: it must not change the cookies of whoever looks at it either. */
  mayLeaveCookies(request: Sent): boolean {
    const { origin } = request.headers;
    return origin === undefined ? request.headers['sec-fetch-site'] !== 'cross-site' : this.#isAllowed(origin);
  }

  #isAllowed(origin: string | string[]): boolean {
    return typeof origin === 'string' && this.#allowed.has(origin);
  }
}
