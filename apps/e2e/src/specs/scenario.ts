import type { FakeExchange } from '@patchbay/providers/testing';
import { request } from 'undici';

/** What a scenario sent and got. */
export interface Recording {
  readonly provider: string;
  /** Sent by the adapters: requests and answers are held against the description. */
  readonly byAdapters: readonly FakeExchange[];
  /** Sent by hand, some of it wrong on purpose: only the answers are. */
  readonly byHand: readonly FakeExchange[];
}

/** Takes what was exchanged since the last time. */
export const takeExchanges = (exchanges: readonly FakeExchange[]): (() => readonly FakeExchange[]) => {
  let taken = 0;
  return () => {
    const fresh = exchanges.slice(taken);
    taken = exchanges.length;
    return fresh;
  };
};

/** Sends requests by hand, with a token. */
export const sender =
  (baseUrl: string, token: string) =>
  async (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
  ): Promise<{ readonly status: number; readonly body: unknown }> => {
    // GitHub refuses callers without a name.
    const headers = {
      authorization: `Bearer ${token}`,
      'user-agent': 'patchbay-specs',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const answer = await request(`${baseUrl}${path}`, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
    const text = await answer.body.text();
    return { status: answer.statusCode, body: text === '' ? null : (JSON.parse(text) as unknown) };
  };

/** Waits for a refusal that the scenario is about; a success there means that the scenario shows nothing. */
export const expectRefusal = async (code: string, work: () => Promise<unknown>): Promise<void> => {
  const outcome = await work().then(
    () => 'success',
    (error: unknown) => (typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error)),
  );
  if (outcome !== code) throw new Error(`The scenario expected ${code} and met ${outcome}.`);
};
