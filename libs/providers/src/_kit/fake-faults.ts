import type { FakeRequest } from './fake.js';

/** Which requests a fault is for. Left out: all of them. */
export interface FaultMatch {
  readonly method?: string;
  /** Text that the path contains, or a pattern it matches. */
  readonly path?: string | RegExp;
}

/** What goes wrong. */
export type FaultEffect =
  | { readonly kind: 'fail'; readonly status: number; readonly retryAfter: string | null }
  | { readonly kind: 'delay'; readonly ms: number }
  /** The request is executed and the connection dies before the answer: the caller cannot know. */
  | { readonly kind: 'drop_after_executing' }
  /** Nothing is executed and the connection dies. */
  | { readonly kind: 'down' };

/** A fault on demand: what, for which requests, how often and how surely. */
export interface FaultRule {
  readonly effect: FaultEffect;
  readonly match: FaultMatch;
  /** How many more requests it hits; null for every one until it is cleared. */
  readonly count: number | null;
  /** Between 0 and 1; 1 hits every matching request. */
  readonly probability: number;
}

/** A fault that is in force, with the id to name it by. */
export interface ActiveFault extends FaultRule {
  readonly id: number;
}

/** What happens to one request. */
export interface FaultDecision {
  readonly delayMs: number;
  readonly isDown: boolean;
  readonly failure: { readonly status: number; readonly retryAfter: string | null } | null;
  readonly dropsAnswer: boolean;
}

/** The bad days of a provider, on demand. */
export interface FakeFaults {
  /** The next matching requests are answered with this status, in the provider's own words, and not executed. */
  failNext(fault: { status: number; count?: number; retryAfter?: number | string; match?: FaultMatch }): void;
  /** Every matching request waits this long before it is looked at; 0 ends it. */
  delay(ms: number, match?: FaultMatch): void;
  /** The next matching requests are executed, then the connection is destroyed without an answer. */
  dropAfterExecuting(count?: number, match?: FaultMatch): void;
  /** Connections die until {@link FakeFaults.up}. */
  down(): void;
  up(): void;
  add(rule: FaultRule): ActiveFault;
  remove(id: number): boolean;
  clear(): void;
  active(): readonly ActiveFault[];
  /** Starts the sequence of chances again, so that a run can be repeated. */
  seed(seed: number): void;
  /** Decides about one request and counts what it used up. */
  decide(request: FakeRequest): FaultDecision;
}

/** Faults for one fake. Chances come from a seeded sequence: the same seed and requests meet the same faults. */
export const createFakeFaults = (seed = 1): FakeFaults => {
  let random = seededRandom(seed);
  let nextId = 1;
  let rules: ActiveFault[] = [];

  const add = (rule: FaultRule): ActiveFault => {
    const active = { ...rule, id: nextId };
    nextId += 1;
    rules.push(active);
    return active;
  };
  const always = (effect: FaultEffect, count: number | null, match: FaultMatch = {}): ActiveFault => add({ effect, match, count, probability: 1 });
  const removeKind = (kind: FaultEffect['kind']): void => {
    rules = rules.filter(({ effect }) => effect.kind !== kind);
  };
  const hits = (rule: ActiveFault, request: FakeRequest): boolean =>
    rule.count !== 0 && matches(rule.match, request) && (rule.probability >= 1 || random() < rule.probability);
  const use = (used: ActiveFault): void => {
    if (used.count === null) return;
    const left = used.count - 1;
    rules = left <= 0 ? rules.filter(({ id }) => id !== used.id) : rules.map((rule) => (rule.id === used.id ? { ...rule, count: left } : rule));
  };
  /** The first rule of a kind that hits; only that one is used up. */
  const take = (kind: FaultEffect['kind'], request: FakeRequest): FaultEffect | null => {
    const rule = rules.find((candidate) => candidate.effect.kind === kind && hits(candidate, request));
    if (rule === undefined) return null;
    use(rule);
    return rule.effect;
  };

  return {
    failNext: ({ status, count = 1, retryAfter, match }) =>
      void always({ kind: 'fail', status, retryAfter: retryAfter === undefined ? null : String(retryAfter) }, count, match),
    delay: (ms, match) => {
      removeKind('delay');
      if (ms > 0) always({ kind: 'delay', ms }, null, match);
    },
    dropAfterExecuting: (count = 1, match) => void always({ kind: 'drop_after_executing' }, count, match),
    down: () => void always({ kind: 'down' }, null),
    up: () => removeKind('down'),
    add,
    remove: (id) => {
      const before = rules.length;
      rules = rules.filter((rule) => rule.id !== id);
      return rules.length < before;
    },
    clear: () => {
      rules = [];
    },
    active: () => [...rules],
    seed: (value) => {
      random = seededRandom(value);
    },
    decide: (request) => {
      const delay = take('delay', request);
      const isDown = take('down', request) !== null;
      const failure = isDown ? null : take('fail', request);
      const executes = !isDown && failure === null;
      return {
        delayMs: delay?.kind === 'delay' ? delay.ms : 0,
        isDown,
        failure: failure?.kind === 'fail' ? failure : null,
        dropsAnswer: executes && take('drop_after_executing', request) !== null,
      };
    },
  };
};

const matches = ({ method, path }: FaultMatch, request: FakeRequest): boolean => {
  if (method !== undefined && method.toUpperCase() !== request.method) return false;
  if (path === undefined) return true;
  return typeof path === 'string' ? request.path.includes(path) : path.test(request.path);
};

/** Mulberry32: tiny, and good enough to spread faults. */
const seededRandom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};
