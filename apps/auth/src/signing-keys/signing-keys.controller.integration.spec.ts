import { getSigningKeys, refreshSession, rollOverSigningKey, type SessionTokens } from '@patchbay/contracts';
import { waitFor } from '@patchbay/testing';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose';
import { signIn, startSignInStack, type SignInStack } from '../testing/sign-in-stack.js';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

describe('signing keys', () => {
  let stack: SignInStack;
  let tokens: SessionTokens;

  beforeEach(async () => {
    stack = await startSignInStack();
    tokens = await signIn(stack, 'google', 'signer@example.com');
  }, 60_000);
  afterEach(() => stack.stop());

  const published = async (): Promise<readonly string[]> => (await stack.ask(getSigningKeys, {})).keys.map(({ kid }) => kid);
  const kidOf = ({ access_token: token }: SessionTokens): string | undefined => decodeProtectedHeader(token).kid;
  const renew = async (): Promise<SessionTokens> => (tokens = await stack.ask(refreshSession, { refresh_token: tokens.refresh_token }));
  const later = (ms: number): void => void (stack.clock.aheadMs += ms);
  /** A start does what the hourly look does. */
  const untilPublished = async (count: number): Promise<readonly string[]> => {
    await stack.startReplica();
    return waitFor(async () => ((await published()).length === count ? published() : undefined), `${count} keys`);
  };

  it('publishes a new key a quarter of an hour before it signs', async () => {
    const [old] = await published();
    const { kid, signs_from: signsFrom } = await stack.ask(rollOverSigningKey, {});

    expect(await published()).toEqual([kid, old]);
    expect(new Date(signsFrom).getTime() - Date.now()).toBeGreaterThan(14 * minuteMs);
    later(14 * minuteMs);
    expect(kidOf(await renew())).toBe(old);
    later(2 * minuteMs);
    expect(kidOf(await renew())).toBe(kid);
  });

  it('verifies tokens of the old key until the last of them has ended, then forgets it', async () => {
    const [old] = await published();
    const { kid } = await stack.ask(rollOverSigningKey, {});
    later(14 * minuteMs);
    const last = await renew();
    later(10 * minuteMs);

    const keys = createLocalJWKSet((await stack.ask(getSigningKeys, {})) as JSONWebKeySet);
    const currentDate = new Date(Date.now() + stack.clock.aheadMs);
    expect((await jwtVerify(last.access_token, keys, { currentDate })).protectedHeader.kid).toBe(old);
    later(60 * minuteMs);
    expect(await untilPublished(1)).toEqual([kid]);
  });

  it('makes one when the youngest is thirty days old, however many replicas look', async () => {
    const [old] = await published();
    later(30 * dayMs);

    await Promise.all([stack.startReplica(), stack.startReplica(), stack.startReplica()]);

    const kids = await published();
    expect(kids).toHaveLength(2);
    expect(kids[1]).toBe(old);
  });

  it('makes none before', async () => {
    later(30 * dayMs - minuteMs);

    await stack.startReplica();

    expect(await published()).toHaveLength(1);
  });
});
