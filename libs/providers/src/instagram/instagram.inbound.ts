import type { InboundCall, InboundNotice, InboundVerdict, InboundWebhooksCapability } from '@patchbay/capabilities';
import { z } from 'zod';
import { digestOf, hexMac, inboundWord, isSameText, jsonAnswer, jsonOf, refused, textAnswer } from '../_kit/inbound-signature.js';
import { readSignedRequest } from './instagram.signed-request.js';

/** What Instagram's webhooks are checked with. */
export interface InstagramInboundOptions {
  readonly appSecret: string;
  /** Without it no subscription can be made. */
  readonly verifyToken: string | undefined;
  /** Where people see what became of a request to delete their data. Default: below the host that was called. */
  readonly dataDeletionUrl: string | undefined;
}

const change = z.object({ field: inboundWord, value: z.unknown() });
const entry = z.object({
  id: inboundWord,
  time: z.int().optional(),
  changes: z.array(change).optional(),
  messaging: z.array(z.unknown()).optional(),
  field: inboundWord.optional(),
  value: z.unknown().optional(),
});
const batch = z.object({ object: z.literal('instagram'), entry: z.array(entry).min(1) });
// The guide's examples stand in a list, what is sent does not.
const notice = z.union([batch, z.tuple([batch]).transform(([only]) => only)]);

/**
 * Instagram's webhooks, signed with the app secret, and the two calls in which a person takes the app away (`deauthorize`) or wants everything deleted
 * (`data-deletion`), below the same address. Only the latter bear a time.
 *
 * @see https://developers.facebook.com/docs/instagram-platform/webhooks
 */
export const instagramInbound = (options: InstagramInboundOptions): InboundWebhooksCapability => ({
  receive: (call, now) => {
    const path = call.path.replace(/\/$/, '');
    if (path === 'data-deletion' && call.method === 'GET') return statusOf(call, options);
    if (path === 'deauthorize' || path === 'data-deletion') return goodbye(call, options, { path, now });
    return call.method === 'GET' ? agree(call, options) : read(call, options);
  },
});

const agree = ({ query }: InboundCall, { verifyToken }: InstagramInboundOptions): InboundVerdict => {
  const { 'hub.mode': mode, 'hub.verify_token': token, 'hub.challenge': challenge = '' } = query;
  if (verifyToken === undefined || token === undefined) return refused('signature_missing');
  if (!isSameText(token, verifyToken)) return refused('signature_wrong');
  const asks = mode === 'subscribe' && challenge !== '' && challenge.length <= 1_000;
  return asks ? { kind: 'handshake', answer: textAnswer(challenge) } : refused('malformed');
};

const read = ({ headers, body }: InboundCall, { appSecret }: InstagramInboundOptions): InboundVerdict => {
  const { 'x-hub-signature-256': signature } = headers;
  if (signature === undefined) return refused('signature_missing');
  if (!isSameText(signature, `sha256=${hexMac('sha256', appSecret, body)}`)) return refused('signature_wrong');
  const notices = jsonOf(body, notice)?.entry.flatMap(noticesOf) ?? [];
  return notices.length === 0 ? refused('malformed') : { kind: 'notices', notices, answer: null };
};

/** Meta may tell of several things at once, and of the same ones in another company when it tells again: each has its own key. */
const noticesOf = ({ id, time, changes = [], messaging = [], field, value }: z.output<typeof entry>): readonly InboundNotice[] => {
  const told = [
    ...changes,
    ...messaging.map((message) => ({ field: 'messages', value: message })),
    ...(field === undefined ? [] : [{ field, value }]),
  ];
  return told.map((one) => ({ key: `${id}:${one.field}:${digestOf(JSON.stringify([time, one.value]))}`, type: one.field, accountId: id }));
};

const goodbye = (
  { method, headers, body }: InboundCall,
  { appSecret, dataDeletionUrl }: InstagramInboundOptions,
  { path, now }: { readonly path: string; readonly now: Date },
): InboundVerdict => {
  if (method !== 'POST') return refused('malformed');
  const request = readSignedRequest(body, appSecret, now);
  if (typeof request === 'string') return refused(request);

  const { userId, issuedAt } = request;
  const type = path.replace('-', '_');
  const notices = [{ key: `${type}:${userId}:${issuedAt}`, type, accountId: userId, endsConnection: true }];
  if (path === 'deauthorize') return { kind: 'notices', notices, answer: jsonAnswer({}) };
  const code = confirmationCode(digestOf(`${userId}:${issuedAt}`), appSecret);
  const url = new URL(dataDeletionUrl ?? `https://${hostOf(headers)}/api/v1/ingress/instagram/data-deletion/`);
  url.searchParams.set('code', code);
  return { kind: 'notices', notices, answer: jsonAnswer({ url: url.href, confirmation_code: code }) };
};

/** Meta calls the host that an operator entered there. */
const hostOf = ({ host = '' }: InboundCall['headers']): string => (/^[\w.-]{1,250}(:\d{1,5})?$/.test(host) ? host : 'localhost');

/** The same for the same request, and known again without having been kept. */
const confirmationCode = (request: string, appSecret: string): string => {
  const name = request.slice(0, 16);
  return `${name}${hexMac('sha256', appSecret, `patchbay data deletion ${name}`).slice(0, 16)}`;
};

const statusOf = ({ query }: InboundCall, { appSecret }: InstagramInboundOptions): InboundVerdict => {
  const { code = '' } = query;
  if (!isSameText(code, confirmationCode(code, appSecret))) return refused('signature_wrong');
  // Whoever asks with a code that is genuine has been heard: the request was stored, and the ending announced, before the code was given out.
  const told =
    'Your request to delete your data was taken. If an Instagram account of yours was connected here, its connection and tokens are deleted.';
  return { kind: 'handshake', answer: textAnswer(`${told}\nConfirmation code: ${code}\n`) };
};
