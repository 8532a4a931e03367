import type { TokenAnswer } from '@patchbay/capabilities';
import { z } from 'zod';

/** Tokens lie in the answer itself or, as the documents have it, in the only element of `data`. Permissions are a list or one text. */
const tokens = z.looseObject({ access_token: z.string().min(1), permissions: z.union([z.array(z.string()), z.string()]).optional() });
const wrappedTokens = z.object({ data: z.tuple([z.unknown()]) });

/** `api.instagram.com`. The code is a status, not one of the Graph API's numbers. */
const loginFailure = z.object({ error_type: z.string(), code: z.number().optional(), error_message: z.string().default('') });

/** `graph.instagram.com`. https://developers.facebook.com/docs/graph-api/guides/error-handling/ */
const graphFailure = z.object({ error: z.object({ code: z.number(), message: z.string().default('') }) });

// The token, or the session that it stands for, is over. 452 is answered to an exchange of what is no short-lived token.
const deadTokenCodes: ReadonlySet<number> = new Set([102, 190, 452]);
// Theirs to mend, or too many calls.
const passingCodes: ReadonlySet<number> = new Set([1, 2, 4, 17, 32, 613]);

/** Makes one of RFC 6749 (sections 5.1 and 5.2) out of an answer of either host. */
export const readInstagramTokenAnswer = (answer: TokenAnswer): TokenAnswer => {
  const { status, body } = answer;
  const graph = graphFailure.safeParse(body);
  if (graph.success) return refusal(wordOfGraph(graph.data.error));
  const login = loginFailure.safeParse(body);
  if (login.success) return refusal(wordOfLogin(status, login.data));
  const wrapped = wrappedTokens.safeParse(body);
  const found = tokens.safeParse(wrapped.success ? wrapped.data.data[0] : body);
  if (!found.success) return answer;
  const { permissions, user_id: _unused, ...rest } = found.data;
  const scope = Array.isArray(permissions) ? permissions.join(' ') : permissions?.replaceAll(',', ' ');
  // `token_type` is missing in the first answer, though RFC 6749 requires it.
  return { status, body: { token_type: 'bearer', ...rest, ...(scope !== undefined && { scope }) } };
};

type Word = 'invalid_grant' | 'invalid_client' | 'invalid_request' | 'temporarily_unavailable';

const refusal = (error: Word): TokenAnswer => ({ status: error === 'temporarily_unavailable' ? 503 : 400, body: { error } });

const wordOfGraph = ({ code, message }: { readonly code: number; readonly message: string }): Word => {
  // Comes under the number for everything unknown, so it has to be told by its words.
  if (isAboutTheApp(message) || code === 101) return 'invalid_client';
  if (deadTokenCodes.has(code)) return 'invalid_grant';
  // What is left, such as a token that is too young to be renewed, may be different another day.
  return passingCodes.has(code) ? 'temporarily_unavailable' : 'invalid_request';
};

const wordOfLogin = (status: number, { error_type: type, code = status, error_message: message }: z.output<typeof loginFailure>): Word => {
  if (code === 429 || code >= 500) return 'temporarily_unavailable';
  if (isAboutTheApp(message)) return 'invalid_client';
  // "Matching code was not found or was already used", or another redirect URI than the code was asked for with.
  return type === 'OAuthException' && /code/i.test(message) ? 'invalid_grant' : 'invalid_request';
};

/** "Error validating client secret", "Invalid platform app", "Error validating application". */
const isAboutTheApp = (message: string): boolean => /client[_ ](secret|id)|platform app|validating application/i.test(message);
