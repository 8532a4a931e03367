import { finishOAuth, sessionTokens, startOAuth, type Connection, type InputOf, type OutputOf, type SessionTokens } from '@patchbay/contracts';
import {
  createDiscordFake,
  createGithubFake,
  createMicrosoftFake,
  discordFakeClient,
  githubFakeClient,
  googleSignInFakeClient,
  microsoftFakeClient,
  startFake,
  type GithubFake,
  type MicrosoftFake,
  type ProviderFake,
  type RunningFake,
} from '@patchbay/providers/testing';
import { decodeJwt } from 'jose';
import { redirectUri, startAuthStack, type AuthStack, type TestUser } from './auth-stack.js';
import { consent } from './consent.js';

export type SignInProviderName = 'google' | 'discord' | 'github' | 'microsoft';

/** The service with every provider that people can sign in with. */
export interface SignInStack extends AuthStack {
  readonly discord: RunningFake<ProviderFake>;
  readonly github: RunningFake<GithubFake>;
  readonly microsoft: RunningFake<MicrosoftFake>;
}

/** The page of a frontend, as a browser tells it. */
const origin = 'http://localhost:3000';

/** Starts it; always `stop()` it. */
export async function startSignInStack(overrides: Readonly<Record<string, string>> = {}): Promise<SignInStack> {
  const shared: { clock?: AuthStack['clock'] } = {};
  const options = { now: () => new Date(Date.now() + (shared.clock?.aheadMs ?? 0)) };
  const [discord, github, microsoft] = await Promise.all([
    startFake(createDiscordFake(options)),
    startFake(createGithubFake(options)),
    startFake(createMicrosoftFake(options)),
  ]);
  const stack = await startAuthStack({
    GOOGLE_OAUTH_CLIENT_ID: googleSignInFakeClient.clientId,
    GOOGLE_OAUTH_CLIENT_SECRET: googleSignInFakeClient.clientSecret,
    ...variablesOf('DISCORD', discordFakeClient, discord.url),
    ...variablesOf('GITHUB', githubFakeClient, github.url),
    ...variablesOf('MICROSOFT', microsoftFakeClient, microsoft.url),
    ...overrides,
  });
  shared.clock = stack.clock;
  return {
    ...stack,
    discord,
    github,
    microsoft,
    stop: async () => {
      await stack.stop();
      await Promise.all([discord.stop(), github.stop(), microsoft.stop()]);
    },
  };
}

const variablesOf = (prefix: string, client: { clientId: string; clientSecret: string }, url: string): Readonly<Record<string, string>> => ({
  [`${prefix}_CLIENT_ID`]: client.clientId,
  [`${prefix}_CLIENT_SECRET`]: client.clientSecret,
  [`${prefix}_API_BASE_URL`]: url,
  [`${prefix}_AUTH_BASE_URL`]: url,
});

/** A browser on its way back from the consent page: all that finishing needs. */
export type OnTheWayBack = InputOf<typeof finishOAuth>;

/** Somebody consents at a provider; with `user` to link an account, otherwise to sign in. */
export async function consentAt(
  stack: Pick<AuthStack, 'ask'>,
  { provider, email, user }: { provider: SignInProviderName; email: string; user?: TestUser },
): Promise<OnTheWayBack> {
  const started = await stack.ask(startOAuth, { provider, redirect_uri: redirectUri }, user);
  const { state, code } = await consent(started.auth_url, { email });
  return {
    provider,
    state,
    ...(code !== undefined && { code }),
    origin,
    ...(started.flow_binding !== undefined && { flow_binding: started.flow_binding }),
  };
}

/** Somebody signs in, from beginning to end. */
export async function signIn(stack: Pick<AuthStack, 'ask'>, provider: SignInProviderName, email: string): Promise<SessionTokens> {
  return tokensOf(await stack.ask(finishOAuth, await consentAt(stack, { provider, email })));
}

/** Somebody who is signed in links an account. */
export async function link(
  stack: Pick<AuthStack, 'ask'>,
  user: TestUser,
  account: { provider: SignInProviderName; email: string },
): Promise<Connection> {
  const answer = await stack.ask(finishOAuth, await consentAt(stack, { ...account, user }), user);
  if ('access_token' in answer) throw new Error('a link answered tokens');
  return answer;
}

/** The answer of a sign-in; of anything else a failure. */
function tokensOf(answer: OutputOf<typeof finishOAuth>): SessionTokens {
  return sessionTokens.parse(answer);
}

/** The caller that the gateway makes of an access token. */
export function callerOf({ access_token: token, user }: SessionTokens): TestUser {
  return { user_id: user.id, role: user.role, tenant_id: 'default', session_id: String(decodeJwt(token)['sid']) };
}
