import { setTimeout as wait } from 'node:timers/promises';
import { request } from 'undici';

/** A call of a provider to an address that it was given. */
export interface FakeCallback {
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What was answered. */
export interface FakeCallbackAnswer {
  readonly status: number;
  readonly body: string;
}

/** Calls back, as providers do: nobody waits for it but whoever asks. */
export interface FakeCallbacks {
  /** In the background, after everything that was sent under the same key; again when nobody is there or the answer is 5xx, a few times. */
  send(key: string, callback: FakeCallback): void;
  /** At once, and only this time; null when nobody answers. */
  ask(callback: FakeCallback): Promise<FakeCallbackAnswer | null>;
  /** Until everything that was sent is answered, or given up. */
  idle(): Promise<void>;
  /** Whatever waits to be sent is not. */
  forget(): void;
}

/** Real providers try for hours; whoever is not there for this long has to look by himself. Milliseconds. */
const retriesMs = [200, 500, 1_000, 2_000] as const;
/** Providers give up waiting after some ten seconds. Milliseconds. */
const patienceMs = 10_000;

/** Callbacks of one fake. */
export const createFakeCallbacks = (): FakeCallbacks => {
  const queues = new Map<string, Promise<void>>();
  let epoch = 0;

  const deliver = async (callback: FakeCallback, begunIn: number): Promise<void> => {
    for (const pauseMs of [...retriesMs, null]) {
      if (begunIn !== epoch) return;
      const answer = await post(callback);
      if ((answer !== null && answer.status < 500) || pauseMs === null) return;
      await wait(pauseMs, undefined, { ref: false });
    }
  };

  return {
    send: (key, callback) => {
      const begunIn = epoch;
      const queue = (queues.get(key) ?? Promise.resolve()).then(() => deliver(callback, begunIn));
      queues.set(key, queue);
      void queue.then(() => {
        if (queues.get(key) === queue) queues.delete(key);
      });
    },
    ask: post,
    idle: async () => {
      while (queues.size > 0) await Promise.all(queues.values());
    },
    forget: () => {
      epoch += 1;
      queues.clear();
    },
  };
};

/** Whether a provider would take an address: only HTTPS, but for this very machine, where fakes are. */
export const isCallableAddress = (address: unknown): address is string => {
  if (typeof address !== 'string' || !URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname));
};

const post = async ({ address, headers, body }: FakeCallback): Promise<FakeCallbackAnswer | null> => {
  try {
    const options = { method: 'POST', headers: { ...headers }, body, headersTimeout: patienceMs, bodyTimeout: patienceMs } as const;
    const answer = await request(address, options);
    return { status: answer.statusCode, body: await answer.body.text() };
  } catch {
    return null;
  }
};
