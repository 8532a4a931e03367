import { ProviderError } from '@patchbay/capabilities';
import { atOnce, inTurns, type Steps } from '@patchbay/icalendar';
import type { DavAnswer } from './caldav.http.js';
import { childOf, childrenOf, dav, xmlSteps, type XmlElement } from './caldav.xml.js';

/** What a server says of one resource. */
export interface DavResource {
  /** As the server wrote it: some find a resource under no other spelling. */
  readonly href: string;
  /** The same resource always has the same one: the path, in one spelling. */
  readonly path: string;
  /** Of the resource as a whole; null where each property has its own. */
  readonly status: number | null;
  /** The properties that are there. */
  readonly properties: XmlElement;
  /** Names of properties that the server failed to tell, and the statuses it gave for them: they may be there, or not. */
  readonly untold: ReadonlyMap<string, number>;
}

/** An answer about many resources. https://www.rfc-editor.org/rfc/rfc4918#section-13 */
export interface Multistatus {
  readonly resources: readonly DavResource[];
  /** https://www.rfc-editor.org/rfc/rfc6578#section-6.4 */
  readonly syncToken: string | null;
}

type MultistatusText = Pick<DavAnswer, 'url' | 'text'>;

/** @throws ProviderError `invalid_response` */
export const readMultistatus = (provider: string, answer: MultistatusText): Multistatus => atOnce(multistatusSteps(provider, answer));

/** {@link readMultistatus} for answers about thousands of resources: other work goes on in between. @throws ProviderError `invalid_response` */
export const readLargeMultistatus = (provider: string, answer: MultistatusText): Promise<Multistatus> => inTurns(multistatusSteps(provider, answer));

function* multistatusSteps(provider: string, { url, text }: MultistatusText): Steps<Multistatus> {
  const root = yield* xmlSteps(provider, text);
  if (root.name !== dav('multistatus')) throw new ProviderError(provider, 'invalid_response', { reason: 'no_multistatus' });
  const resources: DavResource[] = [];
  for (const response of childrenOf(root, dav('response'))) {
    resources.push(...resourcesOf(response, url));
    yield;
  }
  return { resources, syncToken: textIn(childOf(root, dav('sync-token'))) };
}

/** Answers that stay as they are: who asks may not see it, or it is gone. */
const final: ReadonlySet<number> = new Set([401, 403, 404, 410]);

/** True for a status that neither tells of something nor says that it is not there for whoever asks: a moment later it may be told. */
export const isUntold = (status: number): boolean => status >= 400 && !final.has(status);

/** Text of an element; null where there is none. */
export const textIn = (element: XmlElement | undefined): string | null => element?.text.trim() || null;

/** A path without anything that could be spelled otherwise, but for `@`: nearly all are, and there are twenty thousand in what a large calendar answers. */
const plainPath = /^(?:\/(?:[\w~@-]|%40)(?:[\w.~@-]|%40)*)+\/?$/;

/** The path that a server's `href` means, in one spelling; null for what is no address. */
export const pathOf = (href: string, base: string): string | null => {
  if (plainPath.test(href)) return href.replaceAll('@', '%40');
  if (!URL.canParse(href, base)) return null;
  return new URL(href, base).pathname.split('/').map(respelled).join('/');
};

/**
 * The address that a server's `href` means, in the server's own spelling. By its path alone: it is on the host that answered, and behind a proxy that
 * speaks https, servers write `http` in front of it.
 */
export const addressOf = (href: string, base: string): string | null =>
  URL.canParse(href, base) ? new URL(new URL(href, base).pathname, base).href : null;

/** True for two spellings of one address: servers are of several minds about the slash that ends a collection. */
export const isSamePath = (one: string, other: string): boolean => withoutEnd(one) === withoutEnd(other);

/** What the last part of a path is called. */
export const lastNameIn = (path: string): string => {
  const segment = path.split('/').findLast((part) => part !== '') ?? '';
  return decoded(segment) ?? segment;
};

const withoutEnd = (path: string): string => path.replace(/\/$/, '');

// RFC 3986 lets `@` and `%40` stand for the same in a path, and servers use both, in the same answer.
const respelled = (segment: string): string => {
  const name = decoded(segment);
  return name === null ? segment : encodeURIComponent(name);
};

const decoded = (segment: string): string | null => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
};

const resourcesOf = (response: XmlElement, base: string): readonly DavResource[] => {
  const status = statusIn(response);
  const told = childrenOf(response, dav('propstat')).map((propstat) => ({ status: statusIn(propstat) ?? 200, prop: childOf(propstat, dav('prop')) }));
  const untold = untoldIn(told);
  const properties = {
    name: dav('prop'),
    attributes: {},
    text: '',
    children: told.flatMap(({ status: given, prop }) => (given < 300 ? (prop?.children ?? []) : [])),
  };
  return childrenOf(response, dav('href')).flatMap((element) => {
    const href = element.text.trim();
    const path = pathOf(href, base);
    return path === null ? [] : [{ href, path, status, properties, untold }];
  });
};

const nothing: DavResource['untold'] = new Map();

function untoldIn(told: readonly { readonly status: number; readonly prop: XmlElement | undefined }[]): DavResource['untold'] {
  const failed = told.filter(({ status }) => isUntold(status));
  // Nearly always, and answers are about thousands.
  if (failed.length === 0) return nothing;
  return new Map(failed.flatMap(({ status, prop }) => (prop?.children ?? []).map(({ name }) => [name, status])));
}

/** The number out of `HTTP/1.1 404 Not Found`. */
const statusIn = (element: XmlElement): number | null => {
  const code = /^\s*HTTP\/\S+\s+(\d{3})\b/i.exec(childOf(element, dav('status'))?.text ?? '')?.[1];
  return code === undefined ? null : Number(code);
};
