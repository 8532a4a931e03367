import { calendarText } from './caldav.fake-people.js';
import { filesBetween, filesNamed, type CalendarQueries } from './caldav.stored-files.js';

const calendarUrl = 'https://dav.example.com/team/';
const multistatus = (...inner: readonly string[]): string =>
  `<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">${inner.join('')}</multistatus>`;
const fileAnswer = (name: string, data: string): string =>
  `<response><href>/team/${name}.ics</href><propstat><prop>${data}</prop><status>HTTP/1.1 200 OK</status></propstat></response>`;
const text = (uid: string): string => calendarText('BEGIN:VEVENT', `UID:${uid}`, 'DTSTART:20270301T100000Z', 'END:VEVENT');
const year = { from: new Date('2027-01-01T00:00:00Z'), to: new Date('2028-02-05T00:00:00Z') };
const mib = 2 ** 20;

/** How many days of a calendar a request is about; 0 for one about something else. */
const daysIn = (body: string): number => {
  const [from = Number.NaN, to = Number.NaN] = [...body.matchAll(/"(\d{4})(\d\d)(\d\d)T\d{6}Z"/g)].map(([, ...date]) => Date.parse(date.join('-')));
  return Number.isNaN(to - from) ? 0 : (to - from) / 86_400_000;
};

/** A server that answers as it is told, each time so much later. */
const serverOf = (answer: (asked: { readonly method: string; readonly body: string }) => string, tookMs = 0) => {
  const asked: string[] = [];
  let nowMs = Date.parse('2027-01-01T00:00:00Z');
  const respond = async (request: Request): Promise<Response> => {
    const { method } = request;
    const body = method === 'REPORT' ? await request.text() : '';
    asked.push(method);
    nowMs += tookMs;
    return new Response(answer({ method, body }), { status: method === 'REPORT' ? 207 : 200 });
  };
  const outbound = { fetch: () => async (input: string | URL | Request, init?: RequestInit) => respond(new Request(input, init)) };
  const server = {
    provider: 'caldav',
    outbound,
    now: () => new Date(nowMs),
    username: 'o',
    password: 'p',
    accountId: 'connection-1',
    isTrusted: () => true,
  };
  const queries: CalendarQueries = { server, calendarUrl };
  return { queries, asked };
};
const urlsOf = async (files: AsyncIterable<{ readonly url: string }>): Promise<readonly string[]> => {
  const found: string[] = [];
  for await (const { url } of files) found.push(url);
  return found;
};
const tooLarge = { code: 'invalid_response', reason: 'too_large' };
const more = 'x'.repeat(8 * mib + 1);

describe('the files of some time of a calendar', () => {
  it('are asked for in halves when they are too many for one answer, and told once', async () => {
    const data = `<C:calendar-data>${text('one')}</C:calendar-data>`;
    const { queries, asked } = serverOf(({ body }) => (daysIn(body) > 250 ? more : multistatus(fileAnswer('one', data))));

    expect(await urlsOf(filesBetween(queries, year))).toEqual([`${calendarUrl}one.ics`]);
    expect(asked).toHaveLength(3);
  });

  it('are not asked for day by day when every day is as large as an answer may be', async () => {
    const filled = multistatus(' '.repeat(8 * mib - 1_000));
    const { queries, asked } = serverOf(({ body }) => (daysIn(body) > 5 ? more : filled));

    await expect(urlsOf(filesBetween(queries, year))).rejects.toMatchObject(tooLarge);
    expect(asked.length).toBeLessThan(15);
  });

  it('are not waited for longer than anybody waits', async () => {
    const { queries, asked } = serverOf(({ body }) => (daysIn(body) > 100 ? more : multistatus()), 5_000);

    await expect(urlsOf(filesBetween(queries, year))).rejects.toMatchObject(tooLarge);
    expect(asked.length).toBeLessThan(8);
  });

  it('are not got one by one for ever from a server that leaves them out of its answer', async () => {
    const names = Array.from({ length: 1_000 }, (_, index) => fileAnswer(String(index), ''));
    const { queries, asked } = serverOf(({ method }) => (method === 'REPORT' ? multistatus(...names) : text('one')), 500);

    await expect(urlsOf(filesBetween(queries, year))).rejects.toMatchObject(tooLarge);
    expect(asked.length).toBeLessThan(60);
  });

  it('are looked through only until the one is found that is looked for', async () => {
    const { queries, asked } = serverOf(({ method }) => (method === 'REPORT' ? multistatus(fileAnswer('a', ''), fileAnswer('b', '')) : text('one')));

    for await (const { file } of filesNamed(queries, 'one')) if (file.uid === 'one') break;

    expect(asked).toEqual(['REPORT', 'GET']);
  });
});
