import type { FakeOptions, FakeResponse } from '../_kit/fake.js';
import { createCredentialsFake, type CredentialsFake, type FakeHolder } from '../_kit/fake-credentials.js';
import { basicCredentialsOf, jsonAnswer } from '../_kit/fake-http.js';

const keyOf = ({ handle, version }: FakeHolder): string => `sandbox-${handle}-${version}-0123456789abcdef`;
const domainOf = ({ handle }: FakeHolder): string => `mg.${handle}.example.com`;

/** A Mailgun in memory: the domains of each account. */
export const createMailgunFake = (options: FakeOptions & { readonly state?: 'active' | 'disabled' } = {}): CredentialsFake =>
  createCredentialsFake(
    {
      id: 'mailgun',
      displayName: 'Mailgun',
      credentialsOf: (holder) => ({ api_key: keyOf(holder), domain: domainOf(holder), region: 'eu' }),
      answer: (request, holders) => {
        const shown = basicCredentialsOf(request);
        const holder = holders.find((one) => keyOf(one) === shown?.clientSecret);
        if (shown?.clientId !== 'api' || holder === undefined) return mailgunMessage(401, 'Invalid private key');
        const name = /^\/v[34]\/domains\/([^/]+)$/.exec(request.path)?.[1];
        if (name === undefined || request.method !== 'GET') return mailgunMessage(404, 'not found');
        if (name !== domainOf(holder)) return mailgunMessage(404, 'Domain not found');
        return jsonAnswer(200, toDomain(name, options.state ?? 'active'));
      },
      failure: (status, retryAfter) => {
        const answer = mailgunMessage(status, status === 429 ? 'Too Many Requests' : 'Internal Server Error');
        return retryAfter === null ? answer : { ...answer, headers: { ...answer.headers, 'retry-after': retryAfter } };
      },
    },
    options,
  );

const toDomain = (name: string, state: string): object => ({
  domain: {
    id: '0123456789abcdef01234567',
    name,
    state,
    type: 'custom',
    created_at: 'Thu, 15 Jan 2026 09:00:00 UTC',
    smtp_login: `postmaster@${name}`,
    spam_action: 'disabled',
    wildcard: false,
    require_tls: false,
    skip_verification: false,
    web_prefix: 'email',
    web_scheme: 'https',
    is_disabled: state === 'disabled',
    use_automatic_sender_security: true,
    encrypt_incoming_message: false,
    message_ttl: 259_200,
  },
  receiving_dns_records: [],
  sending_dns_records: [],
});

const mailgunMessage = (status: number, message: string): FakeResponse => jsonAnswer(status, { message });
