import { Resolver } from 'node:dns/promises';

/** An address of a name. */
export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** Resolves a name to its addresses, all of them; none when there is no such name. @throws NameNotResolvedError when nobody answered. */
export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>;

/** Whoever should know the name did not answer, or not understandably: another time it may. */
export class NameNotResolvedError extends Error {
  override readonly name = 'NameNotResolvedError';
  readonly code = 'name_not_resolved';

  constructor() {
    super('the name cannot be resolved');
  }
}

/** Whom {@link nameResolver} asks, and for how long. */
export interface ResolverOptions {
  /** Where to ask instead of what the machine is set to: `address:port`. */
  readonly servers?: readonly string[];
  readonly timeoutMs?: number;
  /** How long an answer is kept. Milliseconds. */
  readonly keepMs?: number;
}

/** Short enough that a customer's move is noticed. What is connected to is judged afresh all the same. Milliseconds. */
const keepMsDefault = 3_000;
const keptMax = 5_000;
const timeoutMsDefault = 2_000;
/** Answers that say that there is no such name, or no such address of it. */
const noneCodes = new Set(['ENOTFOUND', 'ENODATA']);

/**
 * Asks name servers directly. The operating system's own way occupies one of four threads for as long as it takes, which are the whole process's:
 * a few names whose servers hang would hold up every other name. Names of the machine's own files are of no interest here: none of them is public.
 */
export function nameResolver({ servers, timeoutMs = timeoutMsDefault, keepMs = keepMsDefault }: ResolverOptions = {}): Resolve {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 2 });
  if (servers !== undefined) resolver.setServers(servers);
  const kept = new Map<string, { readonly addresses: Promise<readonly ResolvedAddress[]>; readonly untilMs: number }>();
  return (hostname) => {
    const known = kept.get(hostname);
    if (known !== undefined && known.untilMs > performance.now()) return known.addresses;
    if (kept.size >= keptMax) kept.clear();
    const addresses = resolve(resolver, hostname);
    // While nobody has answered, everyone who asks for the same name waits for the same answer.
    kept.set(hostname, { addresses, untilMs: Infinity });
    const keep = (): void => void kept.set(hostname, { addresses, untilMs: performance.now() + keepMs });
    addresses.then(keep, keep);
    return addresses;
  };
}

async function resolve(resolver: Resolver, hostname: string): Promise<readonly ResolvedAddress[]> {
  const [v4, v6] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
  const addresses = [...found(v4, 4), ...found(v6, 6)];
  if (addresses.length === 0 && ![v4, v6].every(isNone)) throw new NameNotResolvedError();
  return addresses;
}

const found = (answer: PromiseSettledResult<string[]>, family: number): readonly ResolvedAddress[] =>
  answer.status === 'fulfilled' ? answer.value.map((address) => ({ address, family })) : [];

const isNone = (answer: PromiseSettledResult<string[]>): boolean =>
  answer.status === 'fulfilled' || noneCodes.has((answer.reason as { readonly code?: string }).code ?? '');
