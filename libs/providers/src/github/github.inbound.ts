import type { InboundCall, InboundNotice, InboundVerdict, InboundWebhooksCapability } from '@patchbay/capabilities';
import { z } from 'zod';
import { hexMac, inboundWord, isSameText, jsonOf, refused, textAnswer } from '../_kit/inbound-signature.js';

const githubId = z.int().min(1);

/** What all events have in common. @see https://docs.github.com/en/webhooks/webhook-events-and-payloads */
const githubEvent = z.object({ action: inboundWord.optional() });

/** A person revoked what they allowed a GitHub App. https://docs.github.com/en/webhooks/webhook-events-and-payloads#github_app_authorization */
const revokedAuthorization = z.object({ action: z.literal('revoked'), sender: z.object({ id: githubId }) });

/** Events of other kinds name the installation by its id alone. https://docs.github.com/en/webhooks/webhook-events-and-payloads#installation */
const changedInstallation = z.object({ action: z.string(), installation: z.object({ account: z.object({ id: githubId }) }) });

/** Webhooks of GitHub Apps, organisations and repositories. GitHub signs no time: what stops a repetition is that the id of a delivery is kept. */
export const githubInbound = (secret: string): InboundWebhooksCapability => ({
  receive: (call) => {
    const fault = faultOf(call, secret);
    return fault === undefined ? read(call) : refused(fault);
  },
});

/** The old signature, of SHA-1, is no substitute. https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
const faultOf = ({ method, headers, body }: InboundCall, secret: string): string | undefined => {
  const signature = headers['x-hub-signature-256'];
  if (method !== 'POST') return 'malformed';
  if (signature === undefined) return 'signature_missing';
  return isSameText(signature, `sha256=${hexMac('sha256', secret, body)}`) ? undefined : 'signature_wrong';
};

/**
 * Kind and id are told in headers, which are not signed. Hence what ends a connection must have the shape of it, too; and a body that somebody caught and
 * sends under a new id is one more notice, as GitHub itself keeps them apart: two revocations of one person are the same bytes.
 * https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks#use-the-x-github-delivery-header
 */
const read = ({ headers, body }: InboundCall): InboundVerdict => {
  const { 'x-github-event': event = '', 'x-github-delivery': delivery = '', 'content-type': contentType = '' } = headers;
  const content = contentType.startsWith('application/x-www-form-urlencoded') ? formContentOf(body) : body;
  const told = jsonOf(content, githubEvent);
  if (told === undefined || !/^[a-z_]{1,60}$/.test(event) || !/^[0-9a-f-]{36}$/i.test(delivery)) return refused('malformed');
  if (event === 'ping') return { kind: 'handshake', answer: textAnswer('pong') };
  const type = told.action === undefined ? event : `${event}.${told.action}`;
  return { kind: 'notices', notices: [{ key: delivery, type, ...concernedBy(event, content) }], answer: null };
};

const concernedBy = (event: string, content: Buffer | string): Pick<InboundNotice, 'accountId' | 'endsConnection'> => {
  const revoked = event === 'github_app_authorization' ? jsonOf(content, revokedAuthorization) : undefined;
  if (revoked !== undefined) return { accountId: String(revoked.sender.id), endsConnection: true };
  const installation = event === 'installation' ? jsonOf(content, changedInstallation) : undefined;
  if (installation === undefined) return { accountId: null };
  const accountId = String(installation.installation.account.id);
  return installation.action === 'deleted' ? { accountId, endsConnection: true } : { accountId };
};

/** The other content type that a webhook can be set to. */
const formContentOf = (body: Buffer): string => new URLSearchParams(body.toString('utf8')).get('payload') ?? '';
