/** Where a browser on the same machine ends up: on no network, so nobody else can wait there for a code. */
const loopbackHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1']);

export interface RedirectUriPolicy {
  /** Compared character by character. https://www.rfc-editor.org/rfc/rfc9700#section-4.1.3 */
  readonly allowed: readonly string[];
  /** Any port and path of this machine as well; for everything but production. */
  readonly allowsLoopback: boolean;
}

/** Whether a connect flow may lead back to this URI. */
export function isRedirectUriAllowed(uri: string, { allowed, allowsLoopback }: RedirectUriPolicy): boolean {
  return allowed.includes(uri) || (allowsLoopback && isLoopback(uri));
}

function isLoopback(uri: string): boolean {
  if (!URL.canParse(uri)) return false;
  const { protocol, hostname, username, password } = new URL(uri);
  // A fragment is forbidden by https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2; a user name only serves to look like another host.
  return (protocol === 'http:' || protocol === 'https:') && loopbackHosts.has(hostname) && username === '' && password === '' && !uri.includes('#');
}
