import { z } from 'zod';
import type { ProviderHttp } from '../_kit/provider-http.js';
import { mailboxLimitedHttp } from './outlook.mailbox-limit.js';

/** A Graph that answers when it is told to, and knows what it works on. */
const waiting = () => {
  const underWay: { readonly path: string; readonly answer: () => void; readonly fail: () => void }[] = [];
  const http: ProviderHttp = {
    call: ({ path, schema }) =>
      new Promise((answer, fail) => underWay.push({ path, answer: () => answer(schema.parse(path)), fail: () => fail(new Error('no')) })),
  };
  const limited = mailboxLimitedHttp(http);
  const call = (path: string, accountId = 'a') =>
    limited.call({ method: 'GET', operation: 'test', path, token: { value: 't', accountId }, schema: z.string() });
  const settle = async (how: 'answer' | 'fail', count: number) => {
    for (const one of underWay.splice(0, count)) one[how]();
    // Whoever waits is let in by promises alone.
    await new Promise((resolve) => setImmediate(resolve));
  };
  const paths = () => underWay.map(({ path }) => path);
  return { call, settle, paths };
};

describe('outlook: calls to one mailbox', () => {
  it('are four at once, and the others follow in their order', async () => {
    const { call, settle, paths } = waiting();
    const calls = ['/1', '/2', '/3', '/4', '/5', '/6'].map((path) => call(path));
    await settle('answer', 0);
    expect(paths()).toEqual(['/1', '/2', '/3', '/4']);

    await settle('answer', 1);
    expect(paths()).toEqual(['/2', '/3', '/4', '/5']);

    await settle('answer', 4);
    await settle('answer', 1);
    expect(await Promise.all(calls)).toEqual(['/1', '/2', '/3', '/4', '/5', '/6']);
  });

  it('leave other mailboxes alone', async () => {
    const { call, settle, paths } = waiting();
    const calls = ['/1', '/2', '/3', '/4', '/5'].map((path) => call(path)).concat(call('/other', 'b'));
    await settle('answer', 0);

    expect(paths()).toEqual(['/1', '/2', '/3', '/4', '/other']);
    await settle('answer', 5);
    await settle('answer', 1);
    await Promise.all(calls);
  });

  it('are one batch at once, which is worked on as four', async () => {
    const { call, settle, paths } = waiting();
    const calls = ['/1', '/$batch', '/$batch', '/2'].map((path) => call(path));
    await settle('answer', 0);
    const seen = [paths()];
    for (let step = 0; step < 3; step += 1) {
      await settle('answer', 1);
      seen.push(paths());
    }

    expect(seen).toEqual([['/1'], ['/$batch'], ['/$batch'], ['/2']]);
    await settle('answer', 1);
    await Promise.all(calls);
  });

  it('make room for others when they fail', async () => {
    const { call, settle, paths } = waiting();
    const calls = ['/1', '/2', '/3', '/4', '/5'].map((path) => call(path));
    const outcomes = Promise.allSettled(calls);
    await settle('answer', 0);

    await settle('fail', 4);

    expect(paths()).toEqual(['/5']);
    await settle('answer', 1);
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected', 'fulfilled']);
  });
});
