import type { FakeRequest, FakeResponse } from './fake.js';

/** An answer in JSON. */
export const jsonAnswer = (status: number, body: object, headers: Readonly<Record<string, string>> = {}): FakeResponse => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
  body,
});

/** A page. */
export const htmlAnswer = (status: number, body: string): FakeResponse => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
  body,
});

/** Sends the browser elsewhere. */
export const redirectAnswer = (location: string): FakeResponse => ({ status: 302, headers: { location, 'cache-control': 'no-store' } });

/** Success that has nothing to say. */
export const emptyAnswer = (status = 204): FakeResponse => ({ status });

/** The fields of a form body. */
export const formOf = (request: FakeRequest): URLSearchParams => new URLSearchParams(request.body.toString('utf8'));

/** A JSON object out of the body; null when it is anything else. */
export const jsonObjectOf = (request: FakeRequest): Readonly<Record<string, unknown>> | null => {
  try {
    const parsed: unknown = JSON.parse(request.body.toString('utf8'));
    return isJsonObject(parsed) ? parsed : null;
  } catch {
    return null;
  }
};

/** Narrows to an object that is no array. */
export const isJsonObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The token of an `Authorization: Bearer` header. */
export const bearerOf = (request: FakeRequest): string | null => /^Bearer\s+(\S+)$/i.exec(request.headers['authorization'] ?? '')?.[1] ?? null;

/** Client id and secret of an `Authorization: Basic` header, form-decoded as RFC 6749 section 2.3.1 says. */
export const basicCredentialsOf = (request: FakeRequest): { readonly clientId: string; readonly clientSecret: string } | null => {
  const encoded = /^Basic\s+(\S+)$/i.exec(request.headers['authorization'] ?? '')?.[1];
  if (encoded === undefined) return null;
  const [clientId = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return { clientId: formDecode(clientId), clientSecret: formDecode(rest.join(':')) };
};

/** Text that is safe inside an HTML element or a quoted attribute. */
export const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');

/** The decoded parts of a path; null when an escape is broken. */
export const pathSegments = (path: string): readonly string[] | null => {
  try {
    return path.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    return null;
  }
};

const formDecode = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
};
