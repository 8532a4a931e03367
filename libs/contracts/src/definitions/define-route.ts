import type { Role } from '../caller.js';
import type { RequestContract } from './define-request.js';

/** Methods a route may have; all others are refused. */
export const httpMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type HttpMethod = (typeof httpMethods)[number];

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
  /** `public` asks for no credentials; a list names the roles that may call. */
  readonly access: 'public' | readonly Role[];
  /** Answered on success; 200 when absent. */
  readonly status?: 201 | 202 | 204;
  /** Keys of the body that are dropped unread, so that a resource that was read can be sent back whole. */
  readonly readOnlyKeys?: readonly string[];
  /** Headers that fill a key of the input when the body does not: `{ 'idempotency-key': 'id' }`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly tag: string;
  readonly summary: string;
}

/** Declares a route. */
export const defineRoute = <Contract extends RequestContract>(route: RouteContract<Contract>): RouteContract<Contract> => Object.freeze(route);

/** People and administrators; what they see is narrowed to their own things by the service. */
export const forPeople: readonly Role[] = ['user', 'admin'];
/** Services of the product, and administrators. */
export const forServices: readonly Role[] = ['service', 'admin'];
/** Administrators only. */
export const forAdmins: readonly Role[] = ['admin'];
/** Anyone who can say who they are. */
export const forEveryone: readonly Role[] = ['user', 'admin', 'service'];
