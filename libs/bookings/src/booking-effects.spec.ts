import { ProviderError } from '@patchbay/capabilities';
import { AppError } from '@patchbay/contracts';
import type { ConfiguredProviders } from '@patchbay/providers';
import type { AccessTokens } from '@patchbay/service-kit';
import { callAccount } from './booking-effects.js';

const refused = (outcomeUnknown: boolean) => new ProviderError('google', 'unauthorized', { outcomeUnknown });

/** Calls an account, first with a token that is refused, then with another one, if there is any. */
const failureAfter = async (first: Error, second: Error | 'no_token'): Promise<unknown> => {
  const providers = { find: () => ({ capabilities: { calendar: {} } }) } as unknown as ConfiguredProviders;
  const tokens: Pick<AccessTokens, 'use'> = {
    use: async (_connection, call, isRefusal) => {
      try {
        return await call('old');
      } catch (error) {
        if (!isRefusal(error)) throw error;
        if (second === 'no_token') throw new AppError('connection_needs_reauth');
        return call('new');
      }
    },
  };
  const place = { connectionId: 'a', provider: 'google', capability: 'calendar' } as const;
  return callAccount({ providers, tokens: tokens as AccessTokens }, place, async (_calendar, { value }) => {
    throw value === 'old' || second === 'no_token' ? first : second;
  }).catch((error: unknown) => error);
};

describe('a call to an account whose token is refused', () => {
  const busy = new ProviderError('google', 'rate_limited', { retryAfterMs: 5 });

  it('remembers with the next token what an attempt before the refusal may have done', async () => {
    expect(await failureAfter(refused(true), busy)).toMatchObject({ code: 'rate_limited', retryAfterMs: 5, outcomeUnknown: true });
    expect(await failureAfter(refused(false), busy)).toMatchObject({ code: 'rate_limited', outcomeUnknown: false });
  });

  it('remembers it when there is no other token', async () => {
    expect(await failureAfter(refused(true), 'no_token')).toMatchObject({ code: 'unauthorized', outcomeUnknown: true });
    expect(await failureAfter(refused(false), 'no_token')).toMatchObject({ code: 'connection_needs_reauth' });
  });

  it('leaves what is no failure of a provider as it is', async () => {
    const lost = new Error('the lease is lost');

    expect(await failureAfter(refused(true), lost)).toBe(lost);
  });
});
