import type { FakeOptions, FakeResponse } from '../_kit/fake.js';
import { createCredentialsFake, type CredentialsFake, type FakeHolder } from '../_kit/fake-credentials.js';
import { bearerOf, jsonAnswer } from '../_kit/fake-http.js';

/** What a key of the fake may do unless a test says otherwise. */
const sendgridFakeScopes: readonly string[] = ['mail.send', 'sender_verification_eligible', '2fa_required', 'user.username.read'];

const keyOf = ({ handle, version }: FakeHolder): string => `SG.sandbox-${handle}-${version}.${handle}-0123456789-${version}`;

/** A SendGrid in memory: what a key may do, and whose it is. */
export const createSendgridFake = (options: FakeOptions & { readonly scopes?: readonly string[] } = {}): CredentialsFake =>
  createCredentialsFake(
    {
      id: 'sendgrid',
      displayName: 'SendGrid',
      credentialsOf: (holder) => ({ api_key: keyOf(holder) }),
      answer: (request, holders) => {
        const scopes = options.scopes ?? sendgridFakeScopes;
        const holder = holders.find((one) => keyOf(one) === bearerOf(request));
        if (holder === undefined) return sendgridErrors(401, 'The provided authorization grant is invalid, expired, or revoked');
        if (request.method !== 'GET') return sendgridErrors(405, 'method not allowed');
        if (request.path === '/v3/scopes') return jsonAnswer(200, { scopes });
        if (request.path !== '/v3/user/username') return sendgridErrors(404, 'not found');
        return scopes.includes('user.username.read') ? jsonAnswer(200, toUsername(holder)) : sendgridErrors(403, 'access forbidden');
      },
      failure: (status, retryAfter) => {
        const answer = sendgridErrors(status, status === 429 ? 'too many requests' : 'internal error');
        return retryAfter === null ? answer : { ...answer, headers: { ...answer.headers, 'retry-after': retryAfter } };
      },
    },
    options,
  );

const toUsername = ({ email, handle }: FakeHolder): object => ({ username: email, user_id: 1_000_000 + handle.length });

const sendgridErrors = (status: number, message: string): FakeResponse => jsonAnswer(status, { errors: [{ message, field: null, help: null }] });
