import { AppError, unstorableText, type RouteContract } from '@patchbay/contracts';
import type { z } from 'zod';

/** The parts of an HTTP request that an input is put together from. */
export interface RequestParts {
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  header(name: string): string | undefined;
  cookie(name: string): string | undefined;
}

/** What only the browser itself may say, in a header or a cookie: a page that could write it would speak for the browser. */
export const saidByBrowser: ReadonlySet<string> = new Set(['flow_binding', 'origin', 'user_agent']);

/** Faults that are named of one request: whoever sends a hundred thousand unknown keys is not told each of them. */
const faultsMax = 50;

/**
 * Puts the input of a route together and checks it. What the path stands for wins over its parameters, those over the query, the query over the
 * body, and the body over headers and cookies.
 *
 * @throws AppError `request_invalid` naming every field at fault; `not_found` when an id in the path cannot be one.
 */
export function readInput(route: RouteContract, parts: RequestParts): unknown {
  const sent = { ...bodyOf(route, parts.body), ...parts.query };
  refuseForged(route, sent);
  const input = { ...fromCookies(route, parts), ...fromHeaders(route, parts), ...sent, ...parts.params, ...route.fixed };
  const broken = unstorableText(input);
  if (broken !== undefined) throw new AppError('request_invalid', { [broken.join('.')]: 'must be whole Unicode text without NUL' });
  const result = route.request.input.safeParse(input);
  if (result.success) return result.data;
  const issues = result.error.issues.flatMap(flatten);
  if (issues.some((issue) => Object.hasOwn(parts.params, String(issue.path[0])))) throw new AppError('not_found');
  throw new AppError('request_invalid', asTheyWereSent(Object.fromEntries(issues.flatMap(detailsOf).slice(0, faultsMax)), route, parts));
}

/** The cookies that fill a key of the input, because nothing else does. */
export function cookiesUsed({ cookies, ...route }: RouteContract, { body, query, cookie }: RequestParts): readonly string[] {
  if (cookies?.reads === undefined) return [];
  const sent = { ...bodyOf(route, body), ...query };
  return Object.entries(cookies.reads).flatMap(([name, key]) => (isFilled(cookie(name)) && !Object.hasOwn(sent, key) ? [name] : []));
}

function refuseForged({ headers = {}, cookies = {} }: RouteContract, sent: Readonly<Record<string, unknown>>): void {
  const filled = [...Object.values(headers), ...Object.values(cookies.reads ?? {})];
  const forged = filled.filter((key) => saidByBrowser.has(key) && Object.hasOwn(sent, key));
  if (forged.length > 0) throw new AppError('request_invalid', Object.fromEntries(forged.map((key) => [key, 'is not a known field'])));
}

/** What came in a header or a cookie is named by it. */
function asTheyWereSent(details: Record<string, string>, route: RouteContract, parts: RequestParts): Record<string, string> {
  const headerOf = new Map(Object.entries(route.headers ?? {}).map(([header, key]) => [key, header]));
  const cookieOf = new Map(cookiesUsed(route, parts).map((name) => [route.cookies?.reads?.[name], name]));
  const inBody = new Set(Object.keys(bodyOf(route, parts.body)));
  const renamed = Object.entries(details).map(([key, fault]) => {
    const header = inBody.has(key) ? undefined : headerOf.get(key);
    return header === undefined || parts.header(header) === undefined
      ? [cookieOf.get(key) ?? key, fault]
      : [header, fault.replace('is not a known field', 'does not go with this body')];
  });
  return Object.fromEntries(renamed) as Record<string, string>;
}

function bodyOf(route: Pick<RouteContract, 'readOnlyKeys'>, body: unknown): Record<string, unknown> {
  if (body === undefined || body === null) return {};
  if (typeof body !== 'object' || Array.isArray(body)) throw new AppError('request_invalid', { body: 'must be a JSON object' });
  const readOnly = new Set(route.readOnlyKeys);
  return Object.fromEntries(Object.entries(body).filter(([key]) => !readOnly.has(key)));
}

const fromHeaders = (route: RouteContract, parts: RequestParts): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(route.headers ?? {}).flatMap(([header, key]) => {
      const value = parts.header(header);
      return value === undefined ? [] : [[key, value]];
    }),
  );

const fromCookies = (route: RouteContract, parts: RequestParts): Record<string, unknown> =>
  Object.fromEntries(cookiesUsed(route, parts).map((name) => [route.cookies?.reads?.[name], parts.cookie(name)]));

const isFilled = (value: string | undefined): boolean => value !== undefined && value !== '';

/** Of a union, the alternative that fits best says what is wrong; the others would only confuse. */
function flatten(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const alternatives = issue.errors.map((errors) => errors.flatMap((inner) => flatten({ ...inner, path: [...issue.path, ...inner.path] })));
  return alternatives.reduce((best, next) => (next.length < best.length ? next : best));
}

function detailsOf(issue: z.core.$ZodIssue): readonly (readonly [string, string])[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [[...issue.path, key].join('.'), 'is not a known field']);
  const isMissing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  return [[issue.path.join('.') || 'body', isMissing ? 'is required' : issue.message]];
}
