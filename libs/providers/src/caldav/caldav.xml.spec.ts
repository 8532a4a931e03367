import { atOnce } from '@patchbay/icalendar';
import { childOf, dav, xmlSteps } from './caldav.xml.js';

const parseXml = (provider: string, text: string) => atOnce(xmlSteps(provider, text));

describe('an answer in XML', () => {
  it.each([
    '<multistatus xmlns="DAV:"><href>/a &amp; b</href></multistatus>',
    '<D:multistatus xmlns:D="DAV:"><x:href xmlns:x="DAV:">/a &#38; b</x:href></D:multistatus>',
  ])('is the same whatever its prefixes are: %s', (text) => {
    const root = parseXml('caldav', text);

    expect([root.name, childOf(root, dav('href'))?.text]).toEqual([dav('multistatus'), '/a & b']);
  });

  it.each(['', 'no XML', '<a>', '<a></b>', '<a:b/>', '<a/><b', `${'<a>'.repeat(100)}${'</a>'.repeat(100)}`])(
    'is refused when it is none: %p',
    (text) => {
      expect(() => parseXml('caldav', text)).toThrow(expect.objectContaining({ code: 'invalid_response', reason: 'no_xml' }));
    },
  );

  it.each(['\u000b', '\0', '\uffff', '&#11;', '&#x1F;', '&#000;', '&#xFFFE;'])(
    'loses nothing but characters that XML does not know: %j',
    (character) => {
      const [first, last] = [`<b>${character}&#233;&#10;${character}\t</b>`, `<c d="x${character}"/>`];

      const root = parseXml('caldav', `<a>${first}${last}</a>`);

      expect(root.children).toMatchObject([{ text: 'é\n\t' }, { attributes: { d: 'x' } }]);
    },
  );

  it.each([
    ['\n\n<?xml version="1.0" encoding="utf-8"?>\n<a>text</a>', 'text'],
    ['\ufeff\r\n<?xml encoding="utf-8" version="1.0"?><a>text</a>', 'text'],
    ['<a xmlns:d="DAV:" xmlns:d="DAV:">text</a>', 'text'],
    ['<a>if (a[b[0]]>1)</a>', 'if (a[b[0]]>1)'],
    ['<a>one&nbsp;&amp;&nbsp;two</a>', 'one&nbsp;&&nbsp;two'],
  ])('is read in spite of faults that lose nothing: %j', (answer, text) => {
    expect(parseXml('caldav', answer).text).toBe(text);
  });

  it('is the same wherever it is cut into pieces', () => {
    const words = '😀 words &amp; <![CDATA[<more>]]>'.repeat(4_000);

    expect(parseXml('caldav', `<a>${words}</a>`).text).toBe('😀 words & <more>'.repeat(4_000));
    expect(parseXml('caldav', `<a> ${words}</a>`).text).toBe(` ${'😀 words & <more>'.repeat(4_000)}`);
  });

  it('expands nothing that a document defines for itself', () => {
    const laughs = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><a>&c;</a>';

    expect(() => parseXml('caldav', laughs)).toThrow(expect.objectContaining({ code: 'invalid_response' }));
  });

  it.each([
    ['different elements', Array.from({ length: 100_000 }, (_none, index) => `<e${index}/>`).join('')],
    ['namespaces', Array.from({ length: 20_000 }, (_none, index) => `<x${index}:e xmlns:x${index}="urn:${index}"/>`).join('')],
    ['attributes', `<e ${Array.from({ length: 20_000 }, (_none, index) => `a${index}=""`).join(' ')}/>`],
    ['references', '&amp;'.repeat(400_000)],
    ['words', 'words '.repeat(400_000)],
  ])('with a megabyte of %s takes no longer than reading it', (_what, inner) => {
    const began = performance.now();

    parseXml('caldav', `<a>${inner}</a>`);

    // It takes tenths of a second; what grows with the square takes minutes.
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});
