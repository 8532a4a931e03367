import { ProviderError } from '@patchbay/capabilities';
import type { Steps } from '@patchbay/icalendar';
import sax, { type QualifiedTag, type Tag } from 'sax';

/** One element of an answer. Names are `{namespace}local`, so that a server's prefixes do not matter. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** What is written directly in it. */
  readonly text: string;
}

/** An element of WebDAV. https://www.rfc-editor.org/rfc/rfc4918#section-14 */
export const dav = (local: string): string => `{DAV:}${local}`;
/** An element of CalDAV. https://www.rfc-editor.org/rfc/rfc4791#section-9 */
export const caldavElement = (local: string): string => `{urn:ietf:params:xml:ns:caldav}${local}`;
/** An element of the older extensions, which never became a standard. */
export const calendarServer = (local: string): string => `{http://calendarserver.org/ns/}${local}`;

/** Characters that are read in one go: some milliseconds. A large answer takes half a second. */
const pieceLength = 32_768;

/** Far more than any answer of CalDAV has. Looking a prefix up takes as many steps as elements around it declare some. */
const depthMax = 32;

interface OpenElement extends Pick<XmlElement, 'name' | 'attributes'> {
  readonly children: XmlElement[];
  readonly texts: string[];
}

/**
 * Reads an answer in time that grows with its length. tsdav's own reader (xml-js) takes time that grows with the square of the number of different
 * elements, and fast-xml-parser knows no namespaces; this is the tokenizer below the first.
 *
 * @throws ProviderError `invalid_response`
 */
export function* xmlSteps(provider: string, text: string): Steps<XmlElement> {
  const root: OpenElement = { name: '', attributes: {}, children: [], texts: [] };
  const open = [root];
  const parser = sax.parser(true, { xmlns: true, position: false });
  const addText = (piece: string): void => void open.at(-1)?.texts.push(piece);
  parser.onopentag = (tag) => {
    if (open.length > depthMax) throw new Error('nested too deeply');
    open.push({ ...namesOf(tag), children: [], texts: [] });
  };
  parser.onclosetag = () => {
    const closed = open.pop();
    if (closed === undefined) return;
    const { texts, ...element } = closed;
    open.at(-1)?.children.push({ ...element, text: texts.join('') });
  };
  parser.ontext = addText;
  parser.oncdata = addText;
  parser.onerror = (error) => {
    throw error;
  };
  try {
    for (let from = 0; from < text.length; from += pieceLength) {
      parser.write(text.slice(from, from + pieceLength));
      yield;
    }
    parser.close();
  } catch (cause) {
    throw new ProviderError(provider, 'invalid_response', { reason: 'no_xml', cause });
  }
  const [element] = root.children;
  if (element === undefined) throw new ProviderError(provider, 'invalid_response', { reason: 'no_xml' });
  return element;
}

const none: XmlElement['attributes'] = {};

const namesOf = (tag: Tag | QualifiedTag): Pick<XmlElement, 'name' | 'attributes'> => {
  const name = 'uri' in tag ? `{${tag.uri}}${tag.local}` : tag.name;
  // Most have none, and there are a hundred thousand elements in what a large calendar answers.
  if (Object.keys(tag.attributes).length === 0) return { name, attributes: none };
  const attributes = Object.entries(tag.attributes).map(([name, value]) => [name, typeof value === 'string' ? value : value.value] as const);
  return { name, attributes: Object.fromEntries(attributes) };
};

/** The first child of this name. */
export const childOf = (element: XmlElement | undefined, name: string): XmlElement | undefined =>
  element?.children.find((child) => child.name === name);

/** All children of this name. */
export const childrenOf = (element: XmlElement | undefined, name: string): readonly XmlElement[] =>
  element?.children.filter((child) => child.name === name) ?? [];

/** Text that is safe inside an element. */
export const escapeXml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
