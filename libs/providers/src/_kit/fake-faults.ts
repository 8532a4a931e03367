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
  /** The request is executed and its answer breaks off in the middle of the body. */
  | { readonly kind: 'cut_answer' }
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
  readonly cutsAnswer: boolean;
}

/** The bad days of a provider, on demand. */
export interface FakeFaults {
  /** The next matching requests are answered with this status, in the provider's own words, and not executed. */
  failNext(fault: { status: number; count?: number; retryAfter?: number | string; match?: FaultMatch }): void;
  /** Every matching request waits this long before it is looked at; 0 ends it. */
  delay(ms: number, match?: FaultMatch): void;
  /** The next matching requests are executed, then the connection is destroyed without an answer. */
  dropAfterExecuting(count?: number, match?: FaultMatch): void;
  /** The next matching requests are executed, then their answers break off in the middle of the body. */
  cutAnswers(count?: number, match?: FaultMatch): void;
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
  const faults = new Faults(seed);
  // Callers take single functions out of it.
  return {
    failNext: (fault) => faults.failNext(fault),
    delay: (ms, match) => faults.delay(ms, match),
    dropAfterExecuting: (count, match) => faults.dropAfterExecuting(count, match),
    cutAnswers: (count, match) => faults.cutAnswers(count, match),
    down: () => faults.down(),
    up: () => faults.up(),
    add: (rule) => faults.add(rule),
    remove: (id) => faults.remove(id),
    clear: () => faults.clear(),
    active: () => faults.active(),
    seed: (value) => faults.seed(value),
    decide: (request) => faults.decide(request),
  };
};

class Faults implements FakeFaults {
  private random: () => number;
  private nextId = 1;
  private rules: ActiveFault[] = [];

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  failNext({ status, count = 1, retryAfter, match = {} }: Parameters<FakeFaults['failNext']>[0]): void {
    this.add({ effect: { kind: 'fail', status, retryAfter: retryAfter === undefined ? null : String(retryAfter) }, match, count, probability: 1 });
  }

  delay(ms: number, match: FaultMatch = {}): void {
    this.removeKind('delay');
    if (ms > 0) this.add({ effect: { kind: 'delay', ms }, match, count: null, probability: 1 });
  }

  dropAfterExecuting(count = 1, match: FaultMatch = {}): void {
    this.add({ effect: { kind: 'drop_after_executing' }, match, count, probability: 1 });
  }

  cutAnswers(count = 1, match: FaultMatch = {}): void {
    this.add({ effect: { kind: 'cut_answer' }, match, count, probability: 1 });
  }

  down(): void {
    this.add({ effect: { kind: 'down' }, match: {}, count: null, probability: 1 });
  }

  up(): void {
    this.removeKind('down');
  }

  add(rule: FaultRule): ActiveFault {
    const active = { ...rule, id: this.nextId };
    this.nextId += 1;
    this.rules.push(active);
    return active;
  }

  remove(id: number): boolean {
    const before = this.rules.length;
    this.rules = this.rules.filter((rule) => rule.id !== id);
    return this.rules.length < before;
  }

  clear(): void {
    this.rules = [];
  }

  active(): readonly ActiveFault[] {
    return [...this.rules];
  }

  seed(seed: number): void {
    this.random = seededRandom(seed);
  }

  decide(request: FakeRequest): FaultDecision {
    const delay = this.take('delay', request);
    const isDown = this.take('down', request) !== null;
    const failure = isDown ? null : this.take('fail', request);
    const executes = !isDown && failure === null;
    const dropsAnswer = executes && this.take('drop_after_executing', request) !== null;
    return {
      delayMs: delay?.kind === 'delay' ? delay.ms : 0,
      isDown,
      failure: failure?.kind === 'fail' ? failure : null,
      dropsAnswer,
      cutsAnswer: executes && !dropsAnswer && this.take('cut_answer', request) !== null,
    };
  }

  /** The first rule of a kind that hits; only that one is used up. */
  private take(kind: FaultEffect['kind'], request: FakeRequest): FaultEffect | null {
    const rule = this.rules.find(({ effect, match, probability }) => {
      if (effect.kind !== kind || !matches(match, request)) return false;
      return probability >= 1 || this.random() < probability;
    });
    if (rule === undefined) return null;
    if (rule.count !== null) this.useUp(rule, rule.count - 1);
    return rule.effect;
  }

  private useUp(used: ActiveFault, left: number): void {
    if (left <= 0) this.remove(used.id);
    else this.rules = this.rules.map((rule) => (rule.id === used.id ? { ...rule, count: left } : rule));
  }

  private removeKind(kind: FaultEffect['kind']): void {
    this.rules = this.rules.filter(({ effect }) => effect.kind !== kind);
  }
}

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
