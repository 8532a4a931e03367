import { z } from 'zod';
import { hexMac, isSameText } from './inbound-signature.js';

/**
 * A variable for a secret that an operator makes up. It may hold several, separated by commas: the first is given to the provider from now on, the others
 * are accepted until what was made with them has run out.
 */
export const ownWebhookSecret = (purpose: string): z.ZodOptional<z.ZodString> =>
  z
    .string()
    .regex(/^[^\s,]{16,}(,[^\s,]{16,})*$/, 'must be at least 16 characters without a space, or several such secrets separated by commas')
    .optional()
    .describe(`${purpose} Any random text of at least 16 characters; after a comma follow older ones that are still accepted.`);

/** The secrets in such a variable. The first makes what is new. */
export const webhookSecretsOf = (variable: string): readonly [string, ...string[]] => {
  const [newest = '', ...older] = variable.split(',');
  return [newest, ...older];
};

/** What a channel is for: the provider that calls us back, and the id that we gave the channel. */
export interface Channel {
  readonly provider: string;
  readonly id: string;
}

/**
 * The token that belongs to a channel. Whoever calls with both is whom we gave them to, which is found without asking a database.
 *
 * @example
 * ```ts
 * const token = channelToken(config.GOOGLE_WEBHOOK_SECRET, { provider: 'google', id });
 * ```
 */
export const channelToken = (secrets: string, channel: Channel): string => tokenOf(webhookSecretsOf(secrets)[0], channel);

/** Whether a token is the channel's, under any of the secrets. */
export const isChannelToken = (secrets: string, channel: Channel, token: string): boolean =>
  webhookSecretsOf(secrets).reduce((found, secret) => isSameText(token, tokenOf(secret, channel)) || found, false);

// The words in front keep a token from ever being the signature of something else under the same secret.
const tokenOf = (secret: string, { provider, id }: Channel): string => hexMac('sha256', secret, `patchbay channel ${provider} ${id}`);
