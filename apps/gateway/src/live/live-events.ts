import { createHash } from 'node:crypto';
import { AppError, type Problem } from '@patchbay/contracts';

const askAgainMs = 500;
/** Proxies end connections that say nothing. Milliseconds. */
const heartbeatMs = 15_000;

/** An answer that is looked at again and again. */
export interface LiveAnswer {
  /** It is not final while its `status` is one of these. */
  readonly liveWhile: readonly string[];
  ask(): Promise<Uint8Array>;
  /** True as long as the caller may go on. */
  isStillWelcome(): Promise<boolean>;
}

/** What a stream depends on beside its answer. */
interface Surroundings {
  /** Fails when the stream is to end. */
  pause(milliseconds: number): Promise<void>;
  describe(error: unknown): Problem;
}

/** Names what was told, so that whoever comes back can say what was heard last. */
export const idOf = (answer: Uint8Array): string => createHash('sha256').update(answer).digest('base64url').slice(0, 16);

export function isFinal(answer: Uint8Array, liveWhile: readonly string[]): boolean {
  const { status } = JSON.parse(Buffer.from(answer).toString()) as { readonly status?: unknown };
  return typeof status !== 'string' || !liveWhile.includes(status);
}

/**
 * The lines of a stream: `progress` whenever the answer has changed, a comment when there was nothing to say for long, `error` when it cannot go
 * on. https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export async function* liveEvents(live: LiveAnswer, first: Uint8Array, { pause, describe }: Surroundings): AsyncGenerator<string> {
  let answer = first;
  let told: string | undefined;
  let quietMs = 0;
  for (;;) {
    const id = idOf(answer);
    if (id !== told) yield `event: progress\nid: ${id}\ndata: ${Buffer.from(answer).toString()}\n\n`;
    else if (quietMs >= heartbeatMs) yield ': still here\n\n';
    if (id !== told || quietMs >= heartbeatMs) quietMs = 0;
    told = id;
    if (isFinal(answer, live.liveWhile)) return;
    await pause(askAgainMs);
    quietMs += askAgainMs;
    try {
      if (!(await live.isStillWelcome())) throw new AppError('unauthenticated');
      answer = await live.ask();
    } catch (error) {
      yield `event: error\ndata: ${JSON.stringify(describe(error))}\n\n`;
      return;
    }
  }
}
