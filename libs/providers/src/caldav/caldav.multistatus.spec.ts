import { longestTurnOf } from '@patchbay/capabilities/testing';
import { readLargeMultistatus, readMultistatus } from './caldav.multistatus.js';

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
