import { createServer } from 'node:http';
import { eventFile } from './caldav-events.js';
import { serve } from './program.js';

/** Where it listens, and how long it takes for every answer. */
export interface SlowCaldav {
  readonly port: number;
  readonly answerMs: number;
}

/** One answer in so many tells of a change. */
const changeEvery = 20;

const multistatus = (content: string): string =>
  `<?xml version="1.0" encoding="utf-8"?><d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">${content}</d:multistatus>`;
const file = (href: string, properties: string): string =>
  `<d:response><d:href>${href}</d:href><d:propstat><d:prop>${properties}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>`;

let answers = 0;

/** https://www.rfc-editor.org/rfc/rfc6578#section-3.2: a new token each time, and now and then a changed event. */
function changes(path: string): string {
  answers += 1;
  const changed = answers % changeEvery === 0 ? file(`${path}event.ics`, `<d:getetag>"${answers}"</d:getetag>`) : '';
  return multistatus(`${changed}<d:sync-token>https://example.com/sync/${answers}</d:sync-token>`);
}

const files = (path: string): string =>
  multistatus(file(`${path}event.ics`, `<d:getetag>"${answers}"</d:getetag><c:calendar-data>${eventFile(7, answers)}</c:calendar-data>`));

/** It is a calendar, and knows what has changed in it. */
const calendar = (path: string): string =>
  multistatus(file(path, '<d:resourcetype><d:collection/><c:calendar/></d:resourcetype><d:sync-token>https://example.com/sync/0</d:sync-token>'));

const answerTo = (method: string, path: string, question: string): string => {
  if (method === 'PROPFIND') return calendar(path);
  return question.includes('calendar-multiget') ? files(path) : changes(path);
};

const api = {
  /** A CalDAV server for any number of people, each with one calendar at a path of its own. */
  listen: ({ port, answerMs }: SlowCaldav): Promise<void> => {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = answerTo(request.method ?? '', request.url ?? '/', Buffer.concat(chunks).toString('utf8'));
        setTimeout(() => response.writeHead(207, { 'content-type': 'application/xml; charset=utf-8' }).end(body), answerMs);
      });
    });
    server.keepAliveTimeout = 60_000;
    return new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  },
};
export type SlowCaldavApi = typeof api;

serve(api);
