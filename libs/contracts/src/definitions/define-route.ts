import type { Role } from '../caller.js';
import type { RequestContract } from './define-request.js';

/** Methods a route may have; all others are refused. */
export const httpMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type HttpMethod = (typeof httpMethods)[number];

/** A cookie that a key of the answer becomes. HttpOnly, SameSite=Lax, and Secure in production. */
export interface AnswerCookie {
  readonly name: string;
  /** The key of the answer; where it is absent, no cookie is set. */
  readonly key: string;
  /** The cookie travels to paths below this one only. */
  readonly path: string;
  /** Seconds, or the key of the answer that says how many. */
  readonly maxAge: number | string;
  /** The key leaves the body: only the browser itself may know it. */
  readonly isHidden?: boolean;
}

/** What a route has to do with the browser's cookies. */
export interface RouteCookies {
  /** Cookies that fill keys of the input which nothing else fills: `{ patchbay_refresh: 'refresh_token' }`. */
  readonly reads?: Readonly<Record<string, string>>;
  readonly sets?: readonly AnswerCookie[];
  /** Cookies that end with a success. */
  readonly clears?: readonly Pick<AnswerCookie, 'name' | 'path'>[];
}

/**
 * One path of the gateway and the one request it becomes.
 *
 * The input is put together from path parameters, query and body, in that order of precedence, and must fit `request.input`.
 */
export interface RouteContract<Contract extends RequestContract = RequestContract> {
  readonly method: HttpMethod;
  /** Without a trailing slash; the gateway answers with and without. Parameters are written `:id`. */
  readonly path: string;
  readonly request: Contract;
  /**
   * `public` asks for no credentials; `optional` takes those that are there, and refuses false ones; a list names the roles that may call.
   */
  readonly access: 'public' | 'optional' | readonly Role[];
  /** It concerns every tenant at once, so only those who run the installation may call: the tenant that it began with. */
  readonly isInstallationWide?: boolean;
  /** Answered on success; 200 when absent. */
  readonly status?: 201 | 202 | 204;
  /** Keys of the body that are dropped unread, so that a resource that was read can be sent back whole. */
  readonly readOnlyKeys?: readonly string[];
  /** Headers that fill a key of the input when the body does not: `{ 'idempotency-key': 'id' }`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Keys of the input that the path itself stands for: `/google-drive/…` is `{ provider: 'google_drive' }`. */
  readonly fixed?: Readonly<Record<string, string>>;
  readonly cookies?: RouteCookies;
  /**
   * The body is passed on as the bytes it came in, with method, headers, query and the rest of the path, and the answer is given word for word: for
   * callers whose signatures cover bytes.
   */
  readonly isRaw?: boolean;
  /**
   * With `Accept: text/event-stream` the answer comes as server-sent events, again whenever it changes, until its `status` is none of these.
   */
  readonly liveWhile?: readonly string[];
  readonly tag: string;
  readonly summary: string;
}

/** Declares a route. */
export const defineRoute = <Contract extends RequestContract>(route: RouteContract<Contract>): RouteContract<Contract> => Object.freeze(route);

/** What an API key must be allowed: `<area>:read` or `<area>:write`, the area being the service that answers. */
export const scopeOf = ({ method, request }: Pick<RouteContract, 'method' | 'request'>): string =>
  `${request.name.split('.')[0] ?? ''}:${method === 'GET' ? 'read' : 'write'}`;

/** People and administrators; what they see is narrowed to their own things by the service. */
export const forPeople: readonly Role[] = ['user', 'admin'];
/** Services of the product, and administrators. */
export const forServices: readonly Role[] = ['service', 'admin'];
/** Administrators only. */
export const forAdmins: readonly Role[] = ['admin'];
/** Anyone who can say who they are. */
export const forEveryone: readonly Role[] = ['user', 'admin', 'service'];
