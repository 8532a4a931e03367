import { AppError } from '@patchbay/contracts';
import { isFinal, liveEvents } from './live-events.js';

const bytes = (answer: object): Uint8Array => Buffer.from(JSON.stringify(answer));
const running = { status: 'running', done: 1 };
const completed = { status: 'completed', done: 2 };
const problem = { type: 'http://a/', title: 't', status: 503, error: 't', code: 'service_unavailable', request_id: 'r' };

/** Listens to a thing that is in these states one after the other, each for one look. */
async function heard(states: readonly (object | Error)[], isWelcome: () => boolean = () => true): Promise<readonly string[]> {
  let look = 0;
  const live = {
    liveWhile: ['running'],
    ask: async (): Promise<Uint8Array> => {
      look += 1;
      const state = states[look];
      if (state instanceof Error) throw state;
      return bytes(state ?? completed);
    },
    isStillWelcome: async () => isWelcome(),
  };
  const events: string[] = [];
  const surroundings = {
    pause: async () => undefined,
    describe: (error: unknown) => ({ ...problem, code: error instanceof AppError ? error.code : 'internal_error' }),
  };
  for await (const event of liveEvents(live, bytes(states[0] ?? {}), surroundings)) events.push(event.replace(/id: [\w-]{16}\n/, ''));
  return events;
}

const progress = (answer: object): string => `event: progress\ndata: ${JSON.stringify(answer)}\n\n`;

describe('liveEvents', () => {
  it('tells what changed, once, and ends with the final answer', async () => {
    expect(await heard([running, running, { ...running, done: 2 }, completed])).toEqual([
      progress(running),
      progress({ ...running, done: 2 }),
      progress(completed),
    ]);
  });

  it('ends at once when there is nothing to wait for', async () => {
    expect(await heard([completed])).toEqual([progress(completed)]);
  });

  it('says every fifteen seconds that it is still there', async () => {
    const quiet = Array.from({ length: 62 }, () => running);

    expect(await heard([...quiet, completed])).toEqual([progress(running), ': still here\n\n', ': still here\n\n', progress(completed)]);
  });

  it('ends with the problem when it cannot go on', async () => {
    expect(await heard([running, new AppError('service_unavailable')])).toEqual([
      progress(running),
      `event: error\ndata: ${JSON.stringify(problem)}\n\n`,
    ]);
  });

  it('ends when the caller may not listen any more', async () => {
    const [, last] = await heard([running, running], () => false);

    expect(last).toContain('"code":"unauthenticated"');
  });
});

describe('isFinal', () => {
  it.each([
    [{ status: 'running' }, false],
    [{ status: 'failed' }, true],
    [{}, true],
  ])('judges %j by its status', (answer, expected) => {
    expect(isFinal(bytes(answer), ['running'])).toBe(expected);
  });
});
