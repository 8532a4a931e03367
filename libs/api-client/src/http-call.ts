import type { RouteContract } from '@patchbay/contracts';

/** A call as it goes over the wire. */
export interface HttpCall {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** JSON text; absent where the method has no body. */
  readonly body?: string;
}

/** Puts the keys of an input where the route expects them: in the path, in the query of GET and DELETE (each of several values under the same name), else in the body. What the path itself stands for is left out. */
export function httpCallOf(
  { method, path, fixed = {} }: Pick<RouteContract, 'method' | 'path' | 'fixed'>,
  input: Readonly<Record<string, unknown>>,
): HttpCall {
  const rest = Object.fromEntries(Object.entries(input).filter(([key]) => !Object.hasOwn(fixed, key)));
  const filled = path.replaceAll(/:(\w+)/g, (_placeholder, name: string) => {
    const value = rest[name];
    delete rest[name];
    if (typeof value !== 'string' || value === '' || value === '.' || value === '..')
      throw new TypeError(`${name} must be a word that fits into ${path}`);
    return encodeURIComponent(value);
  });
  if (method !== 'GET' && method !== 'DELETE') return { method, target: filled, body: JSON.stringify(rest) };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(rest))
    for (const each of [value].flat()) if (each !== undefined && each !== null) query.append(name, String(each));
  return { method, target: query.size === 0 ? filled : `${filled}?${query}` };
}
