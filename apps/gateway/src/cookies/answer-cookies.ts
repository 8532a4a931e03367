import { Inject, Injectable } from '@nestjs/common';
import { accessCookie, type AnswerCookie, type RouteContract } from '@patchbay/contracts';
import { SERVICE_CONFIG, type ProcessConfig } from '@patchbay/service-kit';
import type { FastifyReply } from 'fastify';
import type { GatewayConfig } from '../gateway.config.js';
import { OriginGuard } from './origin-guard.js';

type Output = Readonly<Record<string, unknown>>;
interface CookieOptions {
  readonly path: string;
  readonly httpOnly: true;
  readonly sameSite: 'lax';
  readonly secure: boolean;
}

/** Cookies in answers: scripts cannot read them, other sites do not send them along. https://www.rfc-editor.org/rfc/rfc6265#section-5.2 */
@Injectable()
export class AnswerCookies {
  readonly #isSecure: boolean;

  constructor(
    @Inject(SERVICE_CONFIG) config: GatewayConfig & ProcessConfig,
    @Inject(OriginGuard) private readonly origins: OriginGuard,
  ) {
    this.#isSecure = config.NODE_ENV === 'production' || config.PUBLIC_BASE_URL.startsWith('https:');
  }

  /** Sets the cookies of a route and answers what is left for the body. */
  apply({ cookies = {} }: RouteContract, reply: FastifyReply, output: Uint8Array): Uint8Array | string {
    const mayLeave = this.origins.mayLeaveCookies(reply.request);
    if (mayLeave) for (const { name, path } of cookies.clears ?? []) void reply.clearCookie(name, this.#options(path));
    if (cookies.sets === undefined) return output;
    // Tokens are never kept by a cache. https://www.rfc-editor.org/rfc/rfc6749#section-5.1
    void reply.header('cache-control', 'no-store');
    const answer = JSON.parse(Buffer.from(output).toString()) as Output;
    if (mayLeave) for (const cookie of cookies.sets) this.#set(reply, cookie, answer);
    return withoutHidden(cookies.sets, answer);
  }

  /** Ends the cookie of an access token that is good for nothing any more. */
  endAccess(reply: FastifyReply): void {
    void reply.clearCookie(accessCookie.name, this.#options(accessCookie.path));
  }

  #set(reply: FastifyReply, { name, key, path, maxAge }: AnswerCookie, answer: Output): void {
    const value = answer[key];
    const seconds = typeof maxAge === 'number' ? maxAge : answer[maxAge];
    if (typeof value !== 'string' || typeof seconds !== 'number') return;
    void reply.setCookie(name, value, { ...this.#options(path), maxAge: seconds });
  }

  #options(path: string): CookieOptions {
    return { path, httpOnly: true, sameSite: 'lax', secure: this.#isSecure };
  }
}

/** What only the browser itself may know leaves the body, whether or not it became a cookie. */
function withoutHidden(cookies: readonly AnswerCookie[], answer: Output): string {
  const hidden = new Set(cookies.filter(({ isHidden }) => isHidden === true).map(({ key }) => key));
  return JSON.stringify(Object.fromEntries(Object.entries(answer).filter(([key]) => !hidden.has(key))));
}
