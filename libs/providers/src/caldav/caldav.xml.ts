import { ProviderError } from '@patchbay/capabilities';
import type { Steps } from '@patchbay/icalendar';
import { SaxesParser, type SaxesTagNS } from 'saxes';

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
 * Characters that XML knows in no spelling. People paste them into their events, and servers hand them on: that shall not cost them their calendar.
 * https://www.w3.org/TR/xml/#charsets
 */
const forbidden = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01])|x0*(?:[0-8bcef]|1[\da-f]|fff[ef]));/gi;

/** What stands before the first element and says nothing that is not known: a blank line there, which programs let slip, is no fault to stop at. */
const beginning = /^\s*(?:<\?xml\b[^>]{0,200}\?>)?\s*/;

/** Faults after which all is still where it was: what is meant is as it is written. */
const isHarmless = ({ message }: Error): boolean => /"\]\]>" is disallowed|duplicate attribute|undefined entity/.test(message);

/**
 * Reads an answer in time that grows with its length. tsdav's own reader (xml-js) takes time that grows with the square of the number of different
 * elements, and fast-xml-parser knows no namespaces.
 *
 * @throws ProviderError `invalid_response`
 */
export function* xmlSteps(provider: string, text: string): Steps<XmlElement> {
  const root: OpenElement = { name: '', attributes: {}, children: [], texts: [] };
  const open = [root];
  const parser = new SaxesParser({ xmlns: true, position: false });
  const addText = (piece: string): void => void open.at(-1)?.texts.push(piece);
  parser.on('opentag', (tag) => {
    if (open.length > depthMax) throw new Error('nested too deeply');
    open.push({ ...namesOf(tag), children: [], texts: [] });
  });
  parser.on('closetag', () => {
    const closed = open.pop();
    if (closed === undefined) return;
    const { name, attributes, children, texts } = closed;
    open.at(-1)?.children.push({ name, attributes, children, text: texts.join('') });
  });
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('doctype', () => {
    throw new Error('nothing is defined in an answer');
  });
  parser.on('error', (fault) => {
    if (!isHarmless(fault)) throw fault;
  });
  try {
    const readable = text.replace(beginning, '').replaceAll(forbidden, '');
    for (let from = 0; from < readable.length; from += pieceLength) {
      parser.write(readable.slice(from, from + pieceLength));
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

const namesOf = ({ uri, local, attributes }: SaxesTagNS): Pick<XmlElement, 'name' | 'attributes'> => {
  const name = `{${uri}}${local}`;
  const own = Object.values(attributes);
  // Most have none, and there are a hundred thousand elements in what a large calendar answers.
  return { name, attributes: own.length === 0 ? none : Object.fromEntries(own.map((attribute) => [attribute.name, attribute.value])) };
};

/** The first child of this name. */
export const childOf = (element: XmlElement | undefined, name: string): XmlElement | undefined =>
  element?.children.find((child) => child.name === name);

/** All children of this name. */
export const childrenOf = (element: XmlElement | undefined, name: string): readonly XmlElement[] =>
  element?.children.filter((child) => child.name === name) ?? [];

/** Text that is safe inside an element. */
export const escapeXml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
