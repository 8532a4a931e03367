import type { InboundWebhooksCapability } from '@patchbay/capabilities';
import { z } from 'zod';
import { webhookSecretsOf } from '../_kit/channel-token.js';
import { digestOf, hexMac, inboundWord, isSameText, jsonOf, refused } from '../_kit/inbound-signature.js';

const notice = z.object({ resource: inboundWord, event: inboundWord, createdBy: inboundWord.optional().catch(undefined) });

/**
 * Webex's webhooks, signed with the secret that each was registered with. Webex writes an HMAC-SHA1; a longer signature is taken for an HMAC-SHA256.
 *
 * They bear no time and no id of their own: the same body is the same notice. `createdBy` is who connected, other than the person who did what is told.
 *
 * @see https://developer.webex.com/docs/receive-and-verify-webhooks
 */
export const webexInbound = (secrets: string): InboundWebhooksCapability => ({
  receive: ({ method, headers, body }) => {
    const { 'x-spark-signature': signature } = headers;
    if (method !== 'POST') return refused('malformed');
    if (signature === undefined) return refused('signature_missing');
    if (!isSigned(signature, secrets, body)) return refused('signature_wrong');

    const told = jsonOf(body, notice);
    if (told === undefined) return refused('malformed');
    const type = `${told.resource}.${told.event}`;
    return { kind: 'notices', notices: [{ key: `${type}:${digestOf(body)}`, type, accountId: told.createdBy ?? null }], answer: null };
  },
});

const isSigned = (signature: string, secrets: string, body: Buffer): boolean => {
  const algorithm = signature.length === 64 ? 'sha256' : 'sha1';
  return webhookSecretsOf(secrets).reduce((found, secret) => isSameText(signature, hexMac(algorithm, secret, body)) || found, false);
};
