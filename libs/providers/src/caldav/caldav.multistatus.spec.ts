import { monitorEventLoopDelay } from 'node:perf_hooks';
import { readLargeMultistatus, readMultistatus } from './caldav.multistatus.js';

const response = (name: number) =>
  `<response><href>/cal/${name}.ics</href><propstat><prop><getetag>"${name}"</getetag></prop><status>HTTP/1.1 200 OK</status></propstat></response>`;
const text = `<multistatus xmlns="DAV:">${Array.from({ length: 30_000 }, (_none, name) => response(name)).join('')}</multistatus>`;
const answer = { url: 'https://dav.example.com/cal/', text };

describe('an answer about many files', () => {
  it('leaves the process to others while it is read, and is read as any other', async () => {
    const delay = monitorEventLoopDelay({ resolution: 5 });
    const begunMs = performance.now();
    delay.enable();

    const read = await readLargeMultistatus('caldav', answer);
    await new Promise((resolve) => setTimeout(resolve, 10));
    delay.disable();
    const tookMs = performance.now() - begunMs;

    // However quick the machine is: far from all of it at once.
    expect(delay.max / 1_000_000).toBeLessThan(tookMs / 3);
    expect(read.resources.at(-1)).toEqual(readMultistatus('caldav', answer).resources.at(-1));
    expect(read.resources).toHaveLength(30_000);
  });
});
