import {
  authenticateSession,
  endSession,
  issueDevelopmentTokens,
  listSessions,
  refreshSession,
  signOut,
  type SessionTokens,
} from '@patchbay/contracts';
import { waitFor } from '@patchbay/testing';
import { decodeJwt } from 'jose';
import { v4 as uuidv4 } from 'uuid';
import { aUser, type TestUser } from '../testing/auth-stack.js';
import { codeOf } from '../testing/code-of.js';
import { callerOf, signIn, startSignInStack, type SignInStack } from '../testing/sign-in-stack.js';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

describe('sessions', () => {
  let stack: SignInStack;
  let serial = 0;

  beforeAll(async () => {
    stack = await startSignInStack();
  }, 60_000);
  afterAll(() => stack.stop());

  const someone = (): Promise<SessionTokens> => signIn(stack, 'google', `session.${(serial += 1)}@example.com`);
  const refresh = (tokens: SessionTokens): Promise<SessionTokens> => stack.ask(refreshSession, { refresh_token: tokens.refresh_token });
  const isActive = async (tokens: SessionTokens): Promise<boolean> =>
    (await stack.ask(authenticateSession, { session_id: callerOf(tokens).session_id ?? '' })).is_active;
  const listOf = async (user: TestUser) => (await stack.ask(listSessions, { limit: 50 }, user)).items;
  const toldOf = async ({ user }: SessionTokens) =>
    (await stack.announced('activity_recorded')).filter(({ data }) => data['user_id'] === user.id && data['log_type'] === 'session_ended');

  it('gives new tokens of the same session and user for a refresh token', async () => {
    const first = await someone();

    const second = await refresh(first);

    expect(callerOf(second)).toEqual(callerOf(first));
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(decodeJwt(second.access_token)['sid']).toBe(callerOf(first).session_id);
    expect(await isActive(second)).toBe(true);
  });

  it('keeps no refresh token that could be used', async () => {
    const { refresh_token: token } = await someone();

    const [dump] = await stack.rows<{ all: string }>(`SELECT string_agg(t::text, '') AS all FROM refresh_tokens t`);

    expect(token).toMatch(/^pb_refresh_[\w-]{43}$/);
    expect(dump?.all).not.toContain(token);
  });

  it('ends the whole session when a used token comes back, and tells its user', async () => {
    const stolen = await someone();
    const current = await refresh(await refresh(stolen));

    expect(await codeOf(refresh(stolen))).toBe('refresh_token_invalid');

    expect(await isActive(current)).toBe(false);
    expect(await codeOf(refresh(current))).toBe('refresh_token_invalid');
    expect((await toldOf(stolen)).map(({ data }) => data)).toEqual([
      expect.objectContaining({ success: false, details: { session_id: callerOf(stolen).session_id, reason: 'refresh_token_reused' } }),
    ]);
  });

  it('ends it also when the thief was first', async () => {
    const owner = await someone();
    const thief = await refresh(owner);
    stack.clock.aheadMs += 10_001;

    expect(await codeOf(refresh(owner))).toBe('refresh_token_invalid');
    expect(await codeOf(refresh(thief))).toBe('refresh_token_invalid');
  });

  it('gives the same again when the answer was lost', async () => {
    const first = await someone();
    const lost = await refresh(first);
    stack.clock.aheadMs += 9_000;

    const again = await refresh(first);

    expect(again.refresh_token).toBe(lost.refresh_token);
    expect(await isActive(await refresh(again))).toBe(true);
  });

  it('takes a token for a stolen one as soon as the next one was used, however soon', async () => {
    const first = await someone();
    const second = await refresh(first);
    const third = await refresh(second);

    expect(await codeOf(refresh(first))).toBe('refresh_token_invalid');
    expect(await isActive(third)).toBe(false);
  });

  it('keeps several tabs that refresh at the same moment signed in', async () => {
    const first = await someone();
    await stack.startReplica();

    const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(first)));

    const [held, ...others] = new Set(answers.map((answer) => answer.refresh_token));
    expect(others).toEqual([]);
    const open = await stack.rows(`SELECT 1 FROM refresh_tokens WHERE session_id = $1 AND used_at IS NULL`, [callerOf(first).session_id]);
    expect(open).toHaveLength(1);
    // Whichever answer the browser kept.
    expect(await isActive(await stack.ask(refreshSession, { refresh_token: held ?? '' }))).toBe(true);
  }, 20_000);

  it('refuses what is no refresh token', async () => {
    expect(await codeOf(stack.ask(refreshSession, { refresh_token: 'pb_refresh_unknown' }))).toBe('refresh_token_invalid');
  });

  it('ends a session that nobody uses for thirty days', async () => {
    const idle = await someone();
    expect(idle.refresh_expires_in).toBe(30 * 86_400);
    stack.clock.aheadMs += 30 * dayMs;

    expect(await isActive(idle)).toBe(false);
    expect(await codeOf(refresh(idle))).toBe('refresh_token_invalid');
  });

  it('ends every session after ninety days, however much it is used', async () => {
    let tokens = await someone();
    for (const _month of ['first', 'second', 'third', 'fourth']) {
      stack.clock.aheadMs += 22 * dayMs;
      tokens = await refresh(tokens);
    }
    expect(tokens.refresh_expires_in).toBeLessThanOrEqual(2 * 86_400);
    stack.clock.aheadMs += 2 * dayMs;

    expect(await codeOf(refresh(tokens))).toBe('refresh_token_invalid');
  });

  it('forgets sessions whose time is over', async () => {
    const { session_id: id } = callerOf(await someone());
    stack.clock.aheadMs += 91 * dayMs;

    await stack.startReplica();

    const isForgotten = async (): Promise<true | undefined> =>
      (await stack.rows(`SELECT 1 FROM refresh_tokens WHERE session_id = $1`, [id])).length === 0 ? true : undefined;
    expect(await waitFor(isForgotten, 'a sweep')).toBe(true);
  }, 20_000);

  describe('signing out', () => {
    it('ends the session of the refresh token', async () => {
      const tokens = await someone();

      await stack.ask(signOut, { refresh_token: tokens.refresh_token, everywhere: false });

      expect(await isActive(tokens)).toBe(false);
      expect(await codeOf(refresh(tokens))).toBe('refresh_token_invalid');
    });

    it('ends the session of the access token', async () => {
      const tokens = await someone();

      await stack.ask(signOut, { everywhere: false }, callerOf(tokens));

      expect(await isActive(tokens)).toBe(false);
    });

    it('leaves the others, unless it is everywhere', async () => {
      const here = await someone();
      const there = await signIn(stack, 'google', here.user.email ?? '');

      await stack.ask(signOut, { everywhere: false }, callerOf(here));
      expect(await isActive(there)).toBe(true);

      await stack.ask(signOut, { refresh_token: here.refresh_token, everywhere: true });
      expect(await isActive(there)).toBe(false);
    });

    it('is everywhere although two devices ask for it at the same moment', async () => {
      const here = await someone();
      const there = await signIn(stack, 'google', here.user.email ?? '');
      const last = await signIn(stack, 'google', here.user.email ?? '');
      const held = { sql: 'SELECT 1 FROM sessions WHERE id = $1', values: [callerOf(last).session_id], untilWaiting: 2 };
      const everywhere = ({ refresh_token }: SessionTokens): Promise<null> => stack.ask(signOut, { refresh_token, everywhere: true });

      const answers = await stack.whileLocked(held, () => Promise.all([codeOf(everywhere(here)), codeOf(everywhere(there))]));

      expect(answers).toEqual(['no failure', 'no failure']);
      expect(await Promise.all([here, there, last].map(isActive))).toEqual([false, false, false]);
    });

    it('is no failure a second time, nor without anything to end', async () => {
      const tokens = await someone();
      const once = { refresh_token: tokens.refresh_token, everywhere: false };
      await stack.ask(signOut, once);

      expect(await stack.ask(signOut, once)).toBeNull();
      expect(await stack.ask(signOut, { everywhere: true })).toBeNull();
      expect(await stack.ask(signOut, { refresh_token: 'unknown', everywhere: false })).toBeNull();
      expect(await toldOf(tokens)).toHaveLength(1);
    });

    it('ends nothing for whoever has no session but a token of a host product', async () => {
      const tokens = await someone();
      const { session_id: _session, ...hostUser } = callerOf(tokens);

      await stack.ask(signOut, { everywhere: false }, hostUser);

      expect(await isActive(tokens)).toBe(true);
    });
  });

  describe('the list', () => {
    it('shows where somebody is signed in, and which of it is here', async () => {
      const there = await someone();
      const here = await signIn(stack, 'google', there.user.email ?? '');

      const items = await listOf(callerOf(here));

      expect(items.map(({ id, is_current: isCurrent }) => [id, isCurrent])).toEqual([
        [callerOf(here).session_id, true],
        [callerOf(there).session_id, false],
      ]);
    });

    it('lets people end a session of their own only', async () => {
      const [mine, other] = [await someone(), await someone()];
      const id = callerOf(mine).session_id ?? '';

      expect(await codeOf(stack.ask(endSession, { id }, callerOf(other)))).toBe('session_not_found');
      expect(await stack.ask(endSession, { id }, callerOf(mine))).toBeNull();
      expect(await codeOf(stack.ask(endSession, { id }, callerOf(mine)))).toBe('session_not_found');
      expect(await isActive(mine)).toBe(false);
      expect(await listOf(callerOf(mine))).toEqual([]);
    });

    it('refuses strangers', async () => {
      expect(await codeOf(stack.ask(listSessions, { limit: 50 }))).toBe('forbidden');
      expect(await codeOf(stack.ask(endSession, { id: aUser().user_id }))).toBe('forbidden');
    });
  });
});

describe('the sweep of sessions', () => {
  it('forgets however many there are, a few in each statement', async () => {
    const stack = await startSignInStack();
    try {
      const { user } = await signIn(stack, 'google', 'busy@example.com');
      await stack.rows(`CREATE TABLE swept (sessions integer)`);
      await stack.rows(`CREATE FUNCTION note_swept() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN INSERT INTO auth.swept SELECT count(*) FROM gone; RETURN NULL; END'`);
      await stack.rows(
        `CREATE TRIGGER noted AFTER DELETE ON sessions REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION note_swept()`,
      );
      await stack.rows(
        `INSERT INTO sessions (id, user_id, created_at, last_used_at, expires_at, ended_at)
         SELECT gen_random_uuid(), $1, now(), now(), CASE WHEN i <= 2500 THEN now() - interval '1 day' ELSE now() + interval '1 day' END,
           CASE WHEN i > 2500 THEN now() - interval '2 days' END FROM generate_series(1, 5000) AS i`,
        [user.id],
      );

      await stack.startReplica();

      const left = async (): Promise<true | undefined> => ((await stack.rows(`SELECT 1 FROM sessions`)).length === 1 ? true : undefined);
      expect(await waitFor(left, 'the sweep')).toBe(true);
      const [swept] = await stack.rows<{ most: number }>(`SELECT max(sessions) AS most FROM swept`);
      expect(swept?.most).toBeLessThanOrEqual(1_000);
    } finally {
      await stack.stop();
    }
  }, 60_000);
});

describe('a session of a development user', () => {
  it('is worth nothing in production', async () => {
    const user = { id: uuidv4(), email: 'ada@patchbay.test', name: 'Ada', role: 'user' };
    const credentials = JSON.stringify({ users: [user], service_api_key: 'pb_dev_0123456789abcdefghijklmnop' });
    const stack = await startSignInStack({ DEVELOPMENT_CREDENTIALS: credentials });
    try {
      expect((await stack.ask(issueDevelopmentTokens, {})).items).toHaveLength(1);
      const tokens = await signIn(stack, 'google', user.email);
      expect(tokens.user.id).toBe(user.id);
      expect(decodeJwt(tokens.access_token)).toMatchObject({ development: true });
      await Promise.all(stack.replicas.splice(0).map((replica) => replica.stop()));
      await stack.startReplica({ NODE_ENV: 'production', PUBLIC_BASE_URL: 'https://patchbay.example.com', DEVELOPMENT_CREDENTIALS: '' });

      await expect(stack.ask(refreshSession, { refresh_token: tokens.refresh_token })).rejects.toMatchObject({ code: 'refresh_token_invalid' });
    } finally {
      await stack.stop();
    }
  }, 60_000);
});
