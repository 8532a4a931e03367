import { roles } from '@patchbay/contracts';
import { allowedTargets } from '@patchbay/egress';
import { withProviders } from '@patchbay/providers';
import { masterKeys, type PlatformConfig } from '@patchbay/service-kit';
import { z } from 'zod';
import { fernetKeys } from './imports/fernet-keys.js';

/** People and a key that `npm start` makes up, so that a fresh clone can be tried at once. */
const developmentCredentials = z.strictObject({
  users: z.array(z.strictObject({ id: z.uuid(), email: z.email(), name: z.string().nullable(), role: z.enum(roles) })),
  service_api_key: z.string().regex(/^pb_dev_[\w-]{20,}$/, 'must begin with pb_dev_ and be long'),
});

const redirectUris = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((uri) => uri.trim())
      .filter((uri) => uri !== ''),
  )
  .refine((uris) => uris.every((uri) => URL.canParse(uri)), 'must be absolute URIs, separated by commas');

const days = (count: number): z.ZodDefault<z.ZodCoercedNumber> => z.coerce.number().positive().max(3_650).default(count);

const own = z.object({
  // Also read by the platform; here because two variables below depend on it.
  NODE_ENV: z.string().default('development'),
  TOKEN_MASTER_KEYS: masterKeys,
  SOCIAL_MEDIA_ENCRYPTION_KEY: fernetKeys,
  PUBLIC_BASE_URL: z.url().default('http://localhost:4000').describe('Where the outside world reaches the gateway.'),
  OAUTH_REDIRECT_URIS: redirectUris
    .default([])
    .describe('Redirect URIs the connect flow may lead back to, separated by commas and compared exactly. Those of the providers are added.'),
  WEBHOOKS_EGRESS_ALLOW: allowedTargets,
  OAUTH_REQUIRE_STATE: z.stringbool().default(false).describe('True refuses the two calls that may finish a connect flow without a state.'),
  SESSION_IDLE_DAYS: days(30).describe('A session that nobody uses ends after so many days.'),
  SESSION_DAYS: days(90).describe('Every session ends after so many days, however much it is used.'),
  SIGNING_KEY_DAYS: days(30).describe('Access tokens are signed with a new key after so many days.'),
  RENEW_TOKENS_AHEAD: z.stringbool().default(true).describe('False leaves it to other replicas to renew tokens before they end.'),
  DEVELOPMENT_CREDENTIALS: z
    .string()
    .transform(parseJson)
    .pipe(developmentCredentials)
    .optional()
    .describe('JSON of people and an API key for development. Refused in production.'),
});
export type AuthConfig = z.output<typeof own> & PlatformConfig;

/** Every variable of this service, those of the providers included. */
export const authConfig: z.ZodObject = withProviders(own).superRefine(
  (values, context) => {
    if (values['NODE_ENV'] !== 'production') return;
    const refuse = (variable: string, message: string): void => context.addIssue({ code: 'custom', path: [variable], message });
    if (values['DEVELOPMENT_CREDENTIALS'] !== undefined) refuse('DEVELOPMENT_CREDENTIALS', 'must not be set in production');
    if (String(values['PUBLIC_BASE_URL']).startsWith('http:')) refuse('PUBLIC_BASE_URL', 'must be https in production');
  },
  // Also when another variable is at fault: all faults are listed at once.
  { when: ({ value }) => typeof value === 'object' && value !== null },
);

/** What is no JSON becomes something the schema behind refuses, by name. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
