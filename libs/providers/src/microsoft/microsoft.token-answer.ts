import type { TokenAnswer } from '@patchbay/capabilities';
import { z } from 'zod';
import { withoutResource } from './microsoft.scopes.js';

/** @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#successful-response-1 */
const tokens = z.looseObject({ access_token: z.string(), scope: z.string() });

/** @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#error-codes-for-token-endpoint-errors */
const refusal = z.looseObject({ error: z.string() });

/**
 * Words of OpenID Connect's authorization endpoint that Microsoft also uses at the token endpoint, where no standard knows them. Each says
 * that this grant gives nothing more until its person has been at the consent page again, for example because an administrator now asks for
 * a second factor.
 */
const needsThePerson: readonly string[] = ['interaction_required', 'consent_required', 'login_required'];

/** Microsoft's token answer as RFC 6749 has it. Codes such as AADSTS700082 are left alone: Microsoft says that they change. */
export const readMicrosoftTokenAnswer = (answer: TokenAnswer): TokenAnswer => {
  const refused = refusal.safeParse(answer.body);
  if (refused.success) {
    return needsThePerson.includes(refused.data.error) ? { status: 400, body: { ...refused.data, error: 'invalid_grant' } } : answer;
  }
  const granted = tokens.safeParse(answer.body);
  if (!granted.success) return answer;
  const scope = granted.data.scope.split(/\s+/).map(withoutResource).join(' ');
  return { ...answer, body: { ...granted.data, scope } };
};
