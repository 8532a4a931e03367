import type { FakeRequest, FakeResponse } from '../_kit/fake.js';
import { escapeHtml } from '../_kit/fake-http.js';

/** One resource in an answer: what is known of it, or its status as a whole. */
export type FakeDavResource =
  { readonly href: string; readonly properties: Readonly<Record<string, string>> } | { readonly href: string; readonly status: string };

/** What a request asks for. */
export interface FakeDavQuestion {
  /** Local name of the outermost element. */
  readonly report: string;
  /** Local names of properties; prefixes are the caller's own. */
  readonly properties: readonly string[];
  readonly hrefs: readonly string[];
  readonly syncToken: string | null;
}

/** Reads a request's body, as far as real ones go. */
export const davQuestionOf = ({ body }: Pick<FakeRequest, 'body'>): FakeDavQuestion => {
  const text = body.toString('utf8').replace(/^\s*<\?[^>]*\?>/, '');
  const inner = /<(?:\w+:)?prop\b[^>]*>([\s\S]*)<\/(?:\w+:)?prop>/.exec(text)?.[1] ?? '';
  const names = [...inner.matchAll(/<(?:\w+:)?([\w-]+)[^>]*>/g)].map(([, name = '']) => name).filter((name) => name !== '');
  return {
    report: /<(?:\w+:)?([\w-]+)/.exec(text)?.[1] ?? '',
    properties: [...new Set(names)],
    hrefs: [...text.matchAll(/<(?:\w+:)?href\b[^>]*>([^<]*)</g)].map(([, href = '']) => unescapeXml(href)),
    syncToken: unescapeXml(/<(?:\w+:)?sync-token\b[^>/]*>([^<]*)</.exec(text)?.[1] ?? '') || null,
  };
};

/** What is not there is told as such, beside what is. https://www.rfc-editor.org/rfc/rfc4918#section-9.1 */
export const davMultistatus = (asked: readonly string[], resources: readonly FakeDavResource[], syncToken: string | null = null): FakeResponse => ({
  status: 207,
  headers: { 'content-type': 'application/xml; charset=utf-8', dav: '1, 3, calendar-access, sync-collection' },
  body: `<?xml version="1.0" encoding="utf-8"?>\n<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:cs="http://calendarserver.org/ns/">${resources
    .map((resource) => responseOf(asked, resource))
    .join('')}${syncToken === null ? '' : davElement('d:sync-token', escapeHtml(syncToken))}</d:multistatus>`,
});

/** A refusal that names the condition which was not met. */
export const davPrecondition = (status: number, condition: string): FakeResponse => ({
  status,
  headers: { 'content-type': 'application/xml; charset=utf-8' },
  body: `<?xml version="1.0" encoding="utf-8"?>\n<d:error xmlns:d="DAV:"><d:${condition}/></d:error>`,
});

/** An element with content that is XML already. */
export const davElement = (name: string, content: string): string => `<${name}>${content}</${name}>`;

/** An address in an answer. */
export const davHref = (url: string): string => davElement('d:href', escapeHtml(url));

const responseOf = (asked: readonly string[], resource: FakeDavResource): string => {
  if ('status' in resource) return davElement('d:response', `${davHref(resource.href)}${davElement('d:status', `HTTP/1.1 ${resource.status}`)}`);
  const { href, properties } = resource;
  const found = asked.flatMap((name) => properties[name] ?? []);
  const missing = asked.filter((name) => properties[name] === undefined).map((name) => `<d:${name}/>`);
  const propstat = (inner: readonly string[], status: string): string =>
    inner.length === 0 ? '' : davElement('d:propstat', `${davElement('d:prop', inner.join(''))}${davElement('d:status', `HTTP/1.1 ${status}`)}`);
  return davElement('d:response', `${davHref(href)}${propstat(found, '200 OK')}${propstat(missing, '404 Not Found')}`);
};

const unescapeXml = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&apos;', "'").replaceAll('&amp;', '&').trim();
