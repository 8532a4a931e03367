import { createHash, randomBytes } from 'node:crypto';
import { request } from 'undici';
import type { FakeClient } from './fake.js';

/** Where an app finds a fake's authorization server, below its base URL. */
export interface FakeAppPaths {
  readonly authorize: string;
  readonly token: string;
}

/** An answer, read to its end. */
export interface FakeAppAnswer {
  readonly status: number;
  /** Parsed JSON, the text where it is none, and null where there is nothing. */
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** How to call: what is left out is empty. */
export interface FakeAppCall {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An app at a fake, as the specs of fakes need one: it sends what a spec tells it to, be it wrong, and reads whatever comes. */
export interface FakeApp {
  readonly redirectUri: string;
  call(path: string, call?: FakeAppCall): Promise<FakeAppAnswer>;
  /** Somebody is asked and allows; answers what the way back to the app carries, or nothing when there is no way back. */
  consent(parameters?: Readonly<Record<string, string>>): Promise<URLSearchParams>;
  /** The token endpoint, with the app's credentials in the form unless `parameters` have others. */
  token(parameters: Readonly<Record<string, string>>, headers?: Readonly<Record<string, string>>): Promise<FakeAppAnswer>;
  /** A code and its exchange. */
  signIn(parameters?: Readonly<Record<string, string>>): Promise<Readonly<Record<string, unknown>>>;
  /** The parameters of an exchange of this code. */
  exchange(code: string): Readonly<Record<string, string>>;
}

/** Registers nothing: `client` is one that the fake knows already. */
export const fakeApp = (baseUrl: string, client: FakeClient, paths: FakeAppPaths): FakeApp => {
  const redirectUri = 'http://127.0.0.1:4321/callback';
  const verifier = randomBytes(32).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');

  const call: FakeApp['call'] = async (path, { method = 'GET', headers = {}, body } = {}) => {
    const answer = await request(`${baseUrl}${path}`, { method, headers: { 'user-agent': 'a spec', ...headers }, body: body ?? null });
    return { status: answer.statusCode, headers: answer.headers, body: parsed(await answer.body.text()) };
  };
  const consent: FakeApp['consent'] = async (parameters = {}) => {
    const query = new URLSearchParams({
      client_id: client.clientId,
      redirect_uri: redirectUri,
      response_type: 'code',
      state: 'a-state',
      code_challenge: challenge,
      code_challenge_method: 'S256',
      auto_approve: 'olivia.organiser@example.com',
      ...parameters,
    });
    const { location } = (await call(`${paths.authorize}?${query.toString()}`)).headers;
    return typeof location === 'string' ? new URL(location).searchParams : new URLSearchParams();
  };
  const token: FakeApp['token'] = (parameters, headers = {}) =>
    call(paths.token, {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams({ client_id: client.clientId, client_secret: client.clientSecret, ...parameters }).toString(),
    });
  const exchange: FakeApp['exchange'] = (code) => ({ grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier });

  return {
    redirectUri,
    call,
    consent,
    token,
    exchange,
    signIn: async (parameters) => (await token(exchange((await consent(parameters)).get('code') ?? ''))).body as Readonly<Record<string, unknown>>,
  };
};

const parsed = (text: string): unknown => {
  if (text === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};
