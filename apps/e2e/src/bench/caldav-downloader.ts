import { Client } from 'undici';
import { serve } from './program.js';

/** A calendar on a server, and who may see it. */
export interface RemoteCalendar {
  readonly origin: string;
  readonly path: string;
  readonly username: string;
  readonly password: string;
}

/** What was downloaded, and how long it took. */
export interface Download {
  readonly ms: number;
  readonly files: number;
  /** For what changes afterwards. */
  readonly token: string;
  readonly requests: number;
}

/** Of one request for files: as many as our own reading asks for. */
const filesPerRequest = 500;
/** A server lists a large calendar for a minute when it does so for the first time. Milliseconds. */
const patienceMs = 600_000;

class Remote {
  readonly #client: Client;
  requests = 0;

  constructor(private readonly calendar: RemoteCalendar) {
    this.#client = new Client(calendar.origin, { headersTimeout: patienceMs, bodyTimeout: patienceMs });
  }

  async report(depth: '0' | '1', body: string): Promise<string> {
    const { path, username, password } = this.calendar;
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    const headers = { authorization, depth, 'content-type': 'application/xml; charset=utf-8' };
    this.requests += 1;
    const answer = await this.#client.request({ method: 'REPORT', path, headers, body: `<?xml version="1.0" encoding="utf-8"?>\n${body}` });
    const text = await answer.body.text();
    if (answer.statusCode !== 207) throw new Error(`the server answered ${answer.statusCode}: ${text.slice(0, 200)}`);
    return text;
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}

/** https://www.rfc-editor.org/rfc/rfc6578#section-3.2 */
const changes = (token: string): string =>
  `<d:sync-collection xmlns:d="DAV:"><d:sync-token>${token}</d:sync-token><d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop></d:sync-collection>`;

/** https://www.rfc-editor.org/rfc/rfc4791#section-7.9 */
const multiget = (hrefs: readonly string[]): string =>
  `<c:calendar-multiget xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><d:getetag/><c:calendar-data/></d:prop>` +
  `${hrefs.map((href) => `<d:href>${href}</d:href>`).join('')}</c:calendar-multiget>`;

const hrefsIn = (text: string): readonly string[] => [...text.matchAll(/<(?:\w+:)?href>([^<]+\.ics)<\/(?:\w+:)?href>/g)].map(([, href = '']) => href);
const tokenIn = (text: string): string => /<(?:\w+:)?sync-token>([^<]+)</.exec(text)?.[1] ?? '';

const api = {
  /** Downloads what is different since a token (all, when it is empty), and does nothing with it: not even the answers are parsed. */
  download: async ({ calendar, token }: { readonly calendar: RemoteCalendar; readonly token: string }): Promise<Download> => {
    const remote = new Remote(calendar);
    const began = performance.now();
    const listed = await remote.report('0', changes(token));
    const hrefs = hrefsIn(listed);
    let files = 0;
    for (let next = 0; next < hrefs.length; next += filesPerRequest) {
      const text = await remote.report('1', multiget(hrefs.slice(next, next + filesPerRequest)));
      files += text.split('END:VCALENDAR').length - 1;
    }
    const ms = performance.now() - began;
    await remote.close();
    return { ms, files, token: tokenIn(listed), requests: remote.requests };
  },
};
export type CaldavDownloaderApi = typeof api;

serve(api);
