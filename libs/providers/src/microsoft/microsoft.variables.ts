import { z } from 'zod';

/** Microsoft's public cloud. Sovereign clouds have hosts of their own. https://learn.microsoft.com/graph/deployments */
export const publicCloud = { apiBaseUrl: 'https://graph.microsoft.com', authBaseUrl: 'https://login.microsoftonline.com' } as const;

// It stands in the path of every address. https://learn.microsoft.com/entra/identity-platform/v2-protocols#endpoints
const tenant = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]*$/, 'must be common, organizations, consumers, or the id or domain of a tenant');

/** Whose accounts may connect, for an app that stands by itself. */
export const tenantId = tenant
  .default('common')
  .describe('Whose accounts may connect: `common`, `organizations` (work and school), `consumers` (personal), or the id or domain of one tenant.');

/** Which variables of Outlook stand in for those of a provider that uses its app: client id and secret only together, the others each by itself. */
export const fallbacksToOutlook = (prefix: string) => {
  const toOutlook = (...names: readonly string[]): Readonly<Record<string, string>> =>
    Object.fromEntries(names.map((name) => [`${prefix}_${name}`, `OUTLOOK_${name}`]));
  return {
    credentialFallbacks: toOutlook('CLIENT_ID', 'CLIENT_SECRET'),
    variableFallbacks: toOutlook('REDIRECT_URI', 'TENANT_ID', 'API_BASE_URL', 'AUTH_BASE_URL'),
  };
};

/** The variables of a provider that uses Outlook's app unless it is given another. */
export const outlookDefaults = {
  clientId: z.string().min(1).describe('Client id of an app of its own. Default: OUTLOOK_CLIENT_ID.'),
  clientSecret: z.string().min(1).describe('Client secret that belongs to it. Default: OUTLOOK_CLIENT_SECRET.'),
  redirectUri: z.url().optional().describe('Redirect URI registered with the app; added to the allow list. Default: OUTLOOK_REDIRECT_URI.'),
  tenantId: tenant.optional().describe('Whose accounts may connect, as OUTLOOK_TENANT_ID has it. Default: OUTLOOK_TENANT_ID.'),
  apiBaseUrl: z.url().optional().describe('Where Microsoft Graph is. Default: OUTLOOK_API_BASE_URL.'),
  authBaseUrl: z.url().optional().describe("Where Microsoft's consent page is. Default: OUTLOOK_AUTH_BASE_URL."),
};
