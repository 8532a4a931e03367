/** Headers that are ours, the connection's, or would let one customer speak as another. */
const reserved = new Set([
  'host',
  'content-length',
  'content-type',
  'content-encoding',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'upgrade',
  'expect',
  'cookie',
  'set-cookie',
  'http2-settings',
  'user-agent',
  'traceparent',
  'tracestate',
  'via',
  'x-real-ip',
  'true-client-ip',
  'cf-connecting-ip',
  'forwarded',
  'date',
]);
const reservedPrefixes = ['proxy-', 'webhook-', 'svix-', 'sec-', 'x-forwarded-', 'x-amz-'];

/** Names that a customer may not set, as fields and reasons. */
export function headerFaults(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const refused = Object.keys(headers).filter((name) => isReserved(name.toLowerCase()));
  return Object.fromEntries(refused.map((name) => [`headers.${name}`, 'is set by Patchbay and cannot be replaced']));
}

const isReserved = (name: string): boolean => reserved.has(name) || reservedPrefixes.some((prefix) => name.startsWith(prefix));
