import type { Attack } from '../attack.js';

const connecting = 'apps/auth/src/oauth/oauth.controller.integration.spec.ts';
const certified = 'apps/auth/src/oauth/certified-server.integration.spec.ts';
const signingIn = 'apps/auth/src/sign-in/sign-in.controller.integration.spec.ts';
const redirects = 'apps/auth/src/oauth/redirect-uris.spec.ts';
const tokens = 'apps/auth/src/tokens/tokens.controller.integration.spec.ts';
const flows = 'apps/auth/src/oauth/oauth-flows.repository.ts';
const client = 'apps/auth/src/oauth/oauth-client.ts';
const refresher = 'apps/auth/src/tokens/token-refresher.ts';

export const oauthAttacks: readonly Attack[] = [
  {
    id: 17,
    what: 'States that are forged, reused, too old, or of another user, session, provider or purpose',
    tests: [
      { file: 'apps/auth/src/oauth/flow-state.spec.ts', name: 'is nothing to' },
      { file: 'apps/auth/src/oauth/flow-state.spec.ts', name: 'cannot be altered' },
      { file: connecting, name: 'refuses a state of another user' },
      { file: connecting, name: 'refuses a callback with' },
      { file: connecting, name: 'refuses a state the second time' },
      { file: connecting, name: 'lets one of two who bring the same state at once through' },
      { file: connecting, name: 'refuses a state after ten minutes' },
      { file: signingIn, name: 'takes a state once' },
      { file: signingIn, name: 'takes no state' },
      { file: signingIn, name: 'takes no forged state' },
      { file: signingIn, name: 'signs no browser in that did not begin' },
    ],
    defences: [
      {
        without: 'the key in a state',
        file: 'apps/auth/src/oauth/flow-state.ts',
        find: 'shown.length === expected.length && timingSafeEqual(shown, expected)',
        replaceBy: 'shown.length === expected.length && timingSafeEqual(shown, shown)',
      },
      {
        without: 'an end to a state that was used',
        file: flows,
        find: '`DELETE FROM oauth_flows WHERE state_hash = $1 AND tenant_id = $2',
        replaceBy: '`UPDATE oauth_flows SET provider = provider WHERE state_hash = $1 AND tenant_id = $2',
      },
      {
        without: 'an end to the time of a state',
        file: flows,
        find: 'AND expires_at > $5 AND ($6::text',
        replaceBy: 'AND $5::timestamptz IS NOT NULL AND ($6::text',
      },
      {
        without: 'the browser that began',
        file: flows,
        find: 'AND ($8::bytea IS NULL OR binding_hash = $8)',
        replaceBy: 'AND ($8::bytea IS NULL OR true)',
      },
    ],
  },
  {
    id: 18,
    what: 'Mix-up: the answer of one provider is brought to the callback of another',
    tests: [
      { file: connecting, name: 'refuses an answer of another issuer' },
      { file: connecting, name: 'refuses a callback with' },
      { file: certified, name: 'refuses an answer that names another issuer, and creates nothing' },
      { file: signingIn, name: 'takes no answer of another issuer' },
      { file: signingIn, name: 'takes no state of another provider' },
    ],
    defences: [
      {
        without: 'the issuer of an answer, when connecting',
        file: client,
        find: 'definedOnly({ code: response.code, iss: response.iss, error: response.error })',
        replaceBy: 'definedOnly({ code: response.code, iss: response.iss === undefined ? undefined : peer.oauth.issuer, error: response.error })',
      },
      {
        without: 'the issuer of an answer, when signing in',
        file: 'apps/auth/src/sign-in/sign-in.service.ts',
        find: 'if (isIssuerWrong) throw',
        replaceBy: 'if (isIssuerWrong && peer.oauth.issuer === owner.tenant_id) throw',
      },
    ],
  },
  {
    id: 19,
    what: 'PKCE left out, made plain or exchanged; codes used twice or of another flow',
    tests: [
      { file: connecting, name: 'asks for PKCE, offline access and the scopes of the type, and never shows the verifier' },
      { file: certified, name: 'connects an account with PKCE and an issuer that fits' },
      { file: certified, name: 'could not connect without PKCE there' },
      { file: certified, name: 'could not connect with a challenge that is the verifier itself' },
      { file: certified, name: 'does not get through with a challenge that somebody exchanged on the way' },
      { file: certified, name: "refuses another flow's code, and creates nothing" },
      { file: certified, name: 'refuses a code the second time' },
      { file: signingIn, name: 'signs nobody in with a code of another flow at' },
    ],
    defences: [
      {
        without: 'a challenge',
        file: 'apps/auth/src/oauth/oauth.service.ts',
        find: 'oauth.usesPkce ? newVerifier() : null',
        replaceBy: 'oauth.usesPkce ? null : null',
      },
      { without: 'the hash in the challenge', file: client, find: "code_challenge_method: 'S256'", replaceBy: "code_challenge_method: 'plain'" },
      {
        without: 'a verifier of its own for each flow',
        file: client,
        find: 'export const newVerifier = (): string => oauth',
        replaceBy: "export const newVerifier = (): string => 'v'.repeat(43) || oauth",
      },
    ],
  },
  {
    id: 20,
    what: 'Redirect URIs that look like one of the list; answers that lead a browser elsewhere',
    tests: [
      { file: redirects, name: 'takes nothing that merely looks like it' },
      { file: redirects, name: 'never takes' },
      { file: redirects, name: 'outside production only' },
      { file: connecting, name: 'does not begin with' },
      { file: connecting, name: 'refuses a callback with' },
      { file: signingIn, name: 'leads back to nowhere but the allow list' },
      { file: signingIn, name: 'compares the redirect URI with the one of the beginning' },
    ],
    defences: [
      {
        without: 'a comparison character by character',
        file: 'apps/auth/src/oauth/redirect-uris.ts',
        find: 'return allowed.includes(uri) ||',
        replaceBy: 'return allowed.some((one) => uri.toLowerCase().startsWith(one)) ||',
      },
      {
        without: 'a look at how it is written',
        file: 'apps/auth/src/oauth/redirect-uris.ts',
        find: 'return loopback.test(uri) && URL.canParse(uri)',
        replaceBy: "return URL.canParse(uri) && new URL(uri).hostname === 'localhost'",
      },
      {
        without: 'the list, when a flow begins',
        file: 'apps/auth/src/oauth/redirect-uris.ts',
        find: 'if (!isRedirectUriAllowed(uri, this.#policy))',
        replaceBy: 'if (!isRedirectUriAllowed(uri, { ...this.#policy, allowed: [uri] }))',
      },
      {
        without: 'the redirect URI of the beginning, when it ends',
        file: flows,
        find: 'AND ($7::text IS NULL OR redirect_uri = $7)',
        replaceBy: 'AND ($7::text IS NULL OR true)',
      },
    ],
    remark: 'No address takes a page to return to: where a flow ends is the redirect URI of the list, and the frontend decides what comes after.',
  },
  {
    id: 21,
    what: 'Tokens read in the database, refreshed twice at once, or used after they were withdrawn',
    tests: [
      { file: tokens, name: 'asks the provider once when twenty ask two replicas at once' },
      { file: tokens, name: 'asks for a new connect when the permission was withdrawn, and says so once' },
      { file: tokens, name: 'does not refresh in circles when the provider refuses the new token too' },
      { file: tokens, name: 'leaves no token in a log row, an event or a readable column' },
      { file: 'apps/auth/src/tokens/killed-refresh.integration.spec.ts', name: 'leaves a connection that works' },
      { file: certified, name: 'refreshes once for twenty callers of two replicas' },
      { file: certified, name: 'asks for a new connect when a stolen refresh token was replayed there' },
      { file: 'libs/service-kit/src/sealer.spec.ts', name: 'refuses a value' },
    ],
    defences: [
      {
        without: 'a look at what another replica fetched meanwhile',
        file: refresher,
        find: 'const isThere = wish.kind ===',
        replaceBy: 'const isThere = grant.provider === connectionId && wish.kind ===',
      },
      {
        without: 'an end to refreshing in circles',
        file: refresher,
        find: 'if (wasRefused && this.#wasRefusedBefore(tokens))',
        replaceBy: 'if (wasRefused && this.#wasRefusedBefore(tokens) && connectionId === grant.provider)',
      },
      {
        without: 'a seal of its place around a value',
        file: 'libs/service-kit/src/sealer.ts',
        find: 'encrypt(dataKey, Buffer.from(plaintext), place)',
        replaceBy: "encrypt(dataKey, Buffer.from(plaintext), '')",
      },
    ],
  },
];
