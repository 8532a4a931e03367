import { longestTurnOf } from '@patchbay/capabilities/testing';
import { pathOf, readLargeMultistatus, readMultistatus } from './caldav.multistatus.js';

const response = (name: number) =>
  `<response><href>/cal/${name}.ics</href><propstat><prop><getetag>"${name}"</getetag></prop><status>HTTP/1.1 200 OK</status></propstat></response>`;
const text = `<multistatus xmlns="DAV:">${Array.from({ length: 30_000 }, (_none, name) => response(name)).join('')}</multistatus>`;
const answer = { url: 'https://dav.example.com/cal/', text };

describe('an answer about many files', () => {
  it('leaves the process to others while it is read, and is read as any other', async () => {
    const { result: read, longestMs, totalMs } = await longestTurnOf(() => readLargeMultistatus('caldav', answer));

    // However quick the machine is: far from all of it at once.
    expect(longestMs).toBeLessThan(totalMs / 3);
    expect(read.resources.at(-1)).toEqual(readMultistatus('caldav', answer).resources.at(-1));
    expect(read.resources).toHaveLength(30_000);
  });
});

describe('the path of a resource', () => {
  const base = 'https://dav.example.com/cal/';

  it.each([
    ['/ada@example.com/cal/a-b_c.ics', '/ada%40example.com/cal/a-b_c.ics'],
    ['/ada%40example.com/cal/a%2Db_c.ics', '/ada%40example.com/cal/a-b_c.ics'],
    ['https://other.example.com/ada@example.com/cal/', '/ada%40example.com/cal/'],
    ['/cal/../cal/./a.ics', '/cal/a.ics'],
    ['/cal/..a.ics', '/cal/..a.ics'],
    ['//cal.example.com/a.ics', '/a.ics'],
    ['a%20b.ics', '/cal/a%20b.ics'],
    ['/cal/a b.ics', '/cal/a%20b.ics'],
    ['/cal/a.ics?x#y', '/cal/a.ics'],
    ['/cal/%C3%A9.ics', '/cal/%C3%A9.ics'],
    ['/cal/é.ics', '/cal/%C3%A9.ics'],
    ['/', '/'],
  ])('%s is %s', (href, path) => {
    expect(pathOf(href, base)).toBe(path);
  });
});
