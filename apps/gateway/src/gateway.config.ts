import { z } from 'zod';

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== ''),
);
const perMinute = (count: number, whose: string): z.ZodDefault<z.ZodCoercedNumber> =>
  z.coerce.number().int().min(1).default(count).describe(`Requests a minute of one ${whose}, over all replicas.`);

/** Variables of the gateway. */
export const gatewayConfig = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(4000).describe('Port of the public API.'),
  PUBLIC_BASE_URL: z.url().default('http://localhost:4000').describe('Where the outside world reaches the gateway.'),
  CORS_ALLOWED_ORIGINS: list
    .refine((origins) => origins.every(isOrigin), 'must be origins such as https://app.example.com, separated by commas')
    .optional()
    .describe('Exact origins of frontends, separated by commas. Outside production http://localhost:3000 when absent.'),
  TRUSTED_PROXIES: list.optional().describe('Addresses or ranges of proxies whose X-Forwarded-For is believed, separated by commas.'),
  BODY_BYTES_MAX: z.coerce
    .number()
    .int()
    .min(1_024)
    .default(524_288)
    .describe('Largest body of a JSON request. Must fit into one NATS message with room to spare.'),
  RATE_LIMIT_USER_PER_MINUTE: perMinute(1_200, 'user'),
  RATE_LIMIT_API_KEY_PER_MINUTE: perMinute(60_000, 'API key'),
  RATE_LIMIT_ADDRESS_PER_MINUTE: perMinute(300, 'address without credentials'),
});
export type GatewayConfig = z.output<typeof gatewayConfig>;

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}
