import type { RequestClient } from '@patchbay/messaging';
import { AccessTokens } from './access-tokens.js';

class Refused extends Error {}
const isRefusal = (error: unknown): boolean => error instanceof Refused;

function tokensFrom(answers: readonly { access_token: string; expires_at: string | null }[]) {
  const asked: unknown[] = [];
  const send = async (_contract: unknown, input: unknown): Promise<unknown> => answers[asked.push(input) - 1];
  let now = new Date('2026-01-01T12:00:00Z');
  const tokens = new AccessTokens({ send } as unknown as RequestClient, () => now);
  const pass = (ms: number): void => {
    now = new Date(now.getTime() + ms);
  };
  return { tokens, asked, pass };
}

describe('AccessTokens', () => {
  it('asks once a minute at most', async () => {
    const { tokens, asked, pass } = tokensFrom([
      { access_token: 'a', expires_at: null },
      { access_token: 'b', expires_at: null },
    ]);
    const use = (): Promise<string> => tokens.use('c1', async (token) => token, isRefusal);

    const seen = [await use(), await use()];
    pass(60_001);
    seen.push(await use());

    expect(seen).toEqual(['a', 'a', 'b']);
    expect(asked).toHaveLength(2);
  });

  it('never uses a token in its last ten seconds', async () => {
    const { tokens, pass } = tokensFrom([
      { access_token: 'a', expires_at: '2026-01-01T12:00:30Z' },
      { access_token: 'b', expires_at: null },
    ]);
    await tokens.use('c1', async (token) => token, isRefusal);

    pass(20_001);

    expect(await tokens.use('c1', async (token) => token, isRefusal)).toBe('b');
  });

  it('fetches one new token when the provider refuses the old, naming the one refused', async () => {
    const { tokens, asked } = tokensFrom([
      { access_token: 'dead', expires_at: null },
      { access_token: 'fresh', expires_at: null },
    ]);
    const call = async (token: string): Promise<string> => {
      if (token === 'dead') throw new Refused();
      return token;
    };

    expect(await tokens.use('c1', call, isRefusal)).toBe('fresh');
    expect(asked).toEqual([{ connection_id: 'c1' }, { connection_id: 'c1', rejected_token: 'dead' }]);
  });

  it('passes on a second refusal instead of asking for ever', async () => {
    const { tokens, asked } = tokensFrom([
      { access_token: 'a', expires_at: null },
      { access_token: 'b', expires_at: null },
    ]);
    const refuse = async (): Promise<never> => {
      throw new Refused();
    };

    await expect(tokens.use('c1', refuse, isRefusal)).rejects.toBeInstanceOf(Refused);
    expect(asked).toHaveLength(2);
  });
});
