import { z } from 'zod';

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== ''),
);
const perMinute = (count: number, whose: string): z.ZodDefault<z.ZodCoercedNumber> =>
  z.coerce.number().int().min(1).default(count).describe(`Requests a minute of one ${whose}, over all replicas.`);

/**
 * Signatures that only the holder of a private key can make. With the HMACs (HS256 …) whoever can verify could sign as well, and an attacker
 * would take the public key for the secret. https://www.rfc-editor.org/rfc/rfc8725#section-3.1
 */
const asymmetricAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];

/** Access tokens that another product issues for its own people. */
const hostTokens = {
  HOST_JWT_JWKS_URL: z.url().optional().describe("Where the public keys of the host product's tokens are. With it Patchbay accepts them as its own."),
  HOST_JWT_ISSUER: z.string().min(1).max(500).optional().describe('The `iss` of these tokens, character by character.'),
  HOST_JWT_AUDIENCE: z.string().min(1).optional().describe('The `aud` that these tokens carry for Patchbay.'),
  HOST_JWT_ALGORITHMS: list
    .refine(
      (names) => names.length > 0 && names.every((name) => asymmetricAlgorithms.includes(name)),
      `must be some of ${asymmetricAlgorithms.join()}`,
    )
    .default(['RS256', 'ES256', 'EdDSA'])
    .describe('Signatures that are accepted, separated by commas. Never `none` or an HMAC.'),
  HOST_JWT_USER_CLAIM: z.string().min(1).default('sub').describe('The claim that tells people apart. A dot leads into an object: `user.id`.'),
  HOST_JWT_EMAIL_CLAIM: z.string().min(1).optional().describe('The claim with the e-mail address.'),
  HOST_JWT_NAME_CLAIM: z.string().min(1).optional().describe('The claim with the name.'),
  HOST_JWT_ROLE_CLAIM: z
    .string()
    .min(1)
    .optional()
    .describe('The claim with the role: exactly `user`, `admin` or `service`. Everyone is a user without it.'),
  HOST_JWT_TENANT_CLAIM: z
    .string()
    .min(1)
    .optional()
    .describe('The claim with the tenant; a token that lacks it is refused then. When this is not set, all are of the tenant `default`.'),
};

const own = z.object({
  // Also read by the platform; here because a variable below depends on it.
  NODE_ENV: z.string().default('development'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(4000).describe('Port of the public API.'),
  PUBLIC_BASE_URL: z.url().default('http://localhost:4000').describe('Where the outside world reaches the gateway.'),
  CORS_ALLOWED_ORIGINS: list
    .refine((origins) => origins.every(isOrigin), 'must be origins such as https://app.example.com, separated by commas')
    .optional()
    .describe('Exact origins of frontends, separated by commas. Outside production http://localhost:3000 when absent.'),
  TRUSTED_PROXIES: list.optional().describe('Addresses or ranges of proxies whose X-Forwarded-For is believed, separated by commas.'),
  BODY_BYTES_MAX: z.coerce.number().int().min(1_024).default(524_288).describe('Largest body of a JSON request; 413 above.'),
  INGRESS_BYTES_MAX: z.coerce
    .number()
    .int()
    .min(1_024)
    .max(40 * 1_024 * 1_024)
    .default(26 * 1_024 * 1_024)
    .describe("Largest body of a provider's webhook; 413 above. GitHub sends up to 25 MB. At most four times as much is in memory at once."),
  REQUEST_HEAD_TIMEOUT_SECONDS: z.coerce
    .number()
    .min(0.1)
    .max(60)
    .default(10)
    .describe('How long a caller may take to send address and headers; 408 afterwards.'),
  REQUEST_TIMEOUT_SECONDS: z.coerce
    .number()
    .min(0.1)
    .max(600)
    .default(60)
    .describe('How long a caller may take to send a whole request; 408 afterwards.'),
  RATE_LIMIT_USER_PER_MINUTE: perMinute(1_200, 'user'),
  RATE_LIMIT_API_KEY_PER_MINUTE: perMinute(60_000, 'API key'),
  RATE_LIMIT_ADDRESS_PER_MINUTE: perMinute(300, 'address without credentials'),
  RATE_LIMIT_INGRESS_PER_MINUTE: z.coerce
    .number()
    .int()
    .min(1)
    .default(60_000)
    .describe('Webhooks a minute of one provider from one address, over all replicas; twice as many of all providers together.'),
  ...hostTokens,
});
export type GatewayConfig = z.output<typeof own>;

const neededTogether = ['HOST_JWT_JWKS_URL', 'HOST_JWT_ISSUER', 'HOST_JWT_AUDIENCE'] as const;

/** Variables of the gateway. */
export const gatewayConfig = own.superRefine(
  (values, context) => {
    const refuse = (variable: keyof GatewayConfig, message: string): void => context.addIssue({ code: 'custom', path: [variable], message });
    const missing = neededTogether.filter((variable) => values[variable] === undefined);
    if (missing.length < neededTogether.length)
      for (const variable of missing) refuse(variable, `is not set; ${neededTogether.join(', ')} go together`);
    if (values.HOST_JWT_ISSUER !== undefined && values.HOST_JWT_ISSUER === values.PUBLIC_BASE_URL)
      refuse('HOST_JWT_ISSUER', 'must not be PUBLIC_BASE_URL, which is the issuer of our own tokens');
    if (values.REQUEST_HEAD_TIMEOUT_SECONDS > values.REQUEST_TIMEOUT_SECONDS)
      refuse('REQUEST_HEAD_TIMEOUT_SECONDS', 'must not be longer than REQUEST_TIMEOUT_SECONDS');
    if (values.NODE_ENV === 'production' && values.HOST_JWT_JWKS_URL?.startsWith('https:') === false)
      refuse('HOST_JWT_JWKS_URL', 'must be https in production');
  },
  // Also when another variable is at fault: all faults are listed at once.
  { when: ({ value }) => typeof value === 'object' && value !== null },
);

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}
