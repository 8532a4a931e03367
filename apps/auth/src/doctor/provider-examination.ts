import { ProviderError } from '@patchbay/capabilities';
import type { Check, Examination } from '@patchbay/contracts';
import type { ConfiguredProvider } from '@patchbay/providers';
import { authorizationUrl, exchangeCode, newVerifier, OAuthFailure } from '../oauth/oauth-client.js';
import { typeOf, type ConnectableProvider } from '../providers/configured-providers.js';
import { failed, fine, summed, unknown, warning } from './checks.js';
import { clockCheck } from './clock-check.js';

/** What an examination needs to know about this installation. */
export interface Surroundings {
  readonly isProduction: boolean;
  /** Taken for providers that have none of their own. */
  readonly redirectUris: readonly string[];
  readonly now: () => Date;
}

/** A code that no provider ever gave: whoever refuses it has accepted the client first. */
const noCode = 'patchbay-doctor-asks-whether-you-know-this-client';
const pageDeadlineMs = 8_000;

/** Looks at one provider without changing anything there. */
export async function examineProvider(configured: ConfiguredProvider, surroundings: Surroundings): Promise<Examination> {
  const { provider, state, missing, capabilities, outbound } = configured;
  const about = { subject: provider.id, name: provider.displayName };
  const guide = `Set-up guide: ${provider.setupGuide.href}`;
  if (state === 'not_configured') return summed(about, [unknown('configuration', `Not in use: ${missing.join(', ')} not set.`, guide)]);
  const { oauth, identity, revocation } = capabilities;
  if (provider.types.length === 0) return summed(about, [fine('configuration', 'It is listened to; nobody connects an account.')]);
  if (oauth === undefined || identity === undefined) return summed(about, [fine('configuration', 'People bring credentials of their own.')]);

  const connectable = { manifest: provider, outbound, oauth, identity, revocation };
  const redirectUri = oauth.redirectUri ?? surroundings.redirectUris[0] ?? null;
  const [client, page] = await Promise.all([
    clientCheck(connectable, redirectUri ?? 'https://localhost/callback'),
    redirectUri === null ? noRedirectUri() : pageChecks(connectable, redirectUri, surroundings),
  ]);
  return summed(about, [client, ...redirectUriChecks(redirectUri, surroundings), scopesCheck(connectable), ...page]);
}

async function clientCheck(provider: ConnectableProvider, redirectUri: string): Promise<Check> {
  const name = 'client';
  const verifier = provider.oauth.usesPkce ? newVerifier() : null;
  const failure = await exchangeCode(provider, { code: noCode, iss: undefined, error: undefined, redirectUri, verifier }).then(
    () => null,
    (error: unknown) => error,
  );
  if (failure === null) return warning(name, 'The token endpoint took a code that does not exist.', 'Check that its address is the real one.');
  if (!(failure instanceof OAuthFailure)) throw failure;
  if (failure.kind === 'refused') return fine(name, 'Client id and secret are accepted.');
  switch (failure.reason) {
    case 'invalid_client':
    case 'unauthorized_client':
      return failed(
        name,
        'The provider does not accept client id and secret.',
        'Copy both from the provider’s console again; a new secret ends the old one.',
      );
    case 'redirect_uri_mismatch':
      return fine(name, 'Client id and secret are accepted.');
    case 'unavailable':
    case 'network':
    case 'timeout':
    case 'circuit_open':
      return failed(name, 'The token endpoint cannot be reached.', 'Check the network, the proxy, and the base URL variables of this provider.');
    default:
      return unknown(name, `The token endpoint answered "${failure.reason}", which says neither yes nor no.`, 'Connect an account to be sure.');
  }
}

/** The consent page is asked for as a browser would: providers refuse an unknown client, redirect URI or scope right there. */
async function pageChecks(provider: ConnectableProvider, redirectUri: string, { now }: Surroundings): Promise<readonly Check[]> {
  const { oauth, outbound } = provider;
  const scopes = oauth.scopes[typeOf(provider, undefined)] ?? [];
  const verifier = oauth.usesPkce ? newVerifier() : null;
  const url = await authorizationUrl(oauth, { redirectUri, scopes, state: 'patchbay-doctor', verifier });
  const call = { operation: 'doctor.consent-page', path: new URL(url).pathname, accountId: null, idempotent: true, deadlineMs: pageDeadlineMs };
  try {
    const startedAt = now();
    const answer = await outbound.fetch(call)(url);
    return [
      consentPageCheck(answer, redirectUri),
      clockCheck('clock', { answer: answer.headers.get('date'), askedAt: startedAt, answeredAt: now() }),
    ];
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return [
      failed('consent_page', 'The consent page cannot be reached.', 'Check the network, the proxy, and the AUTH_BASE_URL variable of this provider.'),
    ];
  }
}

function consentPageCheck(answer: Response, redirectUri: string): Check {
  const name = 'consent_page';
  const location = answer.headers.get('location');
  const word = location !== null && URL.canParse(location) ? new URL(location).searchParams.get('error') : null;
  const isReturned = location?.startsWith(redirectUri) === true;
  if (isReturned && word === 'invalid_scope')
    return failed(name, 'The provider refuses the scopes.', 'Add them to the app in the provider’s console, or set the SCOPES variable.');
  if (isReturned && word !== null && /^[a-z_]{1,50}$/.test(word))
    return failed(name, `The provider refuses: ${word}.`, 'Compare the app’s settings with the set-up guide.');
  if (answer.status >= 500) return unknown(name, `The consent page answered ${answer.status}.`, 'Try again later.');
  if (answer.status >= 400) {
    return failed(
      name,
      'The provider refuses to show its consent page.',
      `Register ${redirectUri} as redirect URI of the app, character by character, and check client id and scopes.`,
    );
  }
  return fine(name, 'The consent page opens.');
}

const noRedirectUri = (): Promise<readonly Check[]> => Promise.resolve([]);

function redirectUriChecks(uri: string | null, { isProduction }: Surroundings): readonly Check[] {
  const name = 'redirect_uri';
  if (uri === null) {
    return [warning(name, 'No redirect URI is configured.', 'Set the REDIRECT_URI variable of this provider, or OAUTH_REDIRECT_URIS.')];
  }
  const { protocol, hash } = new URL(uri);
  if (hash !== '') return [failed(name, 'The redirect URI has a fragment, which no provider takes.', 'Remove what stands behind `#`.')];
  if (isProduction && protocol !== 'https:')
    return [failed(name, 'The redirect URI is not https.', 'Use an https address, and register it at the provider.')];
  return [fine(name, `Flows lead back to ${uri}.`)];
}

function scopesCheck({ manifest, oauth }: ConnectableProvider): Check {
  const name = 'scopes';
  const empty = manifest.types.filter((type) => (oauth.scopes[type] ?? []).length === 0);
  if (empty.length > 0)
    return failed(name, `Nothing is asked for to connect ${empty.join(' and ')}.`, 'Remove the SCOPES variable, or name at least one scope.');
  const strange = [...new Set(Object.values(oauth.scopes).flat())].filter((scope) => oauth.scopeMeanings[scope] === undefined);
  if (strange.length > 0)
    return warning(name, `Patchbay does not know what these scopes allow: ${strange.join(' ')}.`, 'Compare them with the set-up guide.');
  return fine(name, 'Everything that is asked for is known.');
}
