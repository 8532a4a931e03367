import { ProviderError, tokenOfCredentials, type Outbound } from '@patchbay/capabilities';
import { apple } from './apple.provider.js';
import { caldav } from './caldav.provider.js';
import { aMirror, type Mirror } from './caldav.fake-mirror.js';
import { calendarText } from './caldav.fake-people.js';

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly body: string;
}

/** What a server says; null: it has no such thing. */
type Answer = (
  asked: Asked,
) => string | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string } | null;

/** A server with habits of its own, over a wire that is none. */
const serverThat = (answer: Answer) => {
  const asked: Asked[] = [];
  const outbound: Outbound = {
    fetch: () => async (input, init) => {
      const request = new Request(input, init);
      const question = { method: request.method, url: request.url, body: await request.text() };
      asked.push(question);
      const said = answer(question);
      if (said === null) return new Response(null, { status: 404 });
      if (typeof said === 'string') return new Response(said, { status: 207, headers: { 'content-type': 'application/xml' } });
      return new Response(said.body ?? null, { status: said.status, headers: { ...said.headers } });
    },
  };
  const context = { outbound, userAimedOutbound: outbound, now: () => new Date('2027-01-01T00:00:00Z') };
  const typed = { server_url: 'https://dav.example.com/', username: 'olivia@example.com', password: 'a-secret' };
  return {
    asked,
    outbound,
    context,
    reading: caldav.connect({ config: {}, ...context }).calendarReading,
    token: tokenOfCredentials(typed, 'connection-1'),
  };
};

const calendarId = 'https://dav.example.com/cal/olivia%40example.com/work/';
const single = ({ uid = 'one', start = 'DTSTART:20270301T100000Z', title = 'One' } = {}): string =>
  calendarText('BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20270101T000000Z', start, 'DURATION:PT30M', `SUMMARY:${title}`, 'END:VEVENT');

const multistatus = (...inner: readonly string[]): string =>
  `<?xml version="1.0"?><multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/">${inner.join('')}</multistatus>`;
const ok = (href: string, prop: string): string =>
  `<response><href>${href}</href><propstat><prop>${prop}</prop><status>HTTP/1.1 200 OK</status></propstat></response>`;
const aCalendar = '<resourcetype><collection/><C:calendar/></resourcetype>';
const folder = '/cal/olivia@example.com/work/';
const dataOf = (text: string): string => `<C:calendar-data>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</C:calendar-data>`;

/** Answers lists and files of a server with RFC 6578, in any spelling. */
const synced = ({
  calendar = aCalendar,
  list = '',
  files = '',
}: {
  readonly calendar?: string;
  readonly list?: string;
  readonly files?: string;
}): Answer => {
  return ({ method, body }) => {
    if (method === 'PROPFIND') return multistatus(ok(folder, `${calendar}<sync-token>t-1</sync-token>`));
    if (body.includes('sync-collection')) return multistatus(list, '<sync-token>t-1</sync-token>');
    return body.includes('calendar-multiget') ? multistatus(files) : null;
  };
};

const readFrom = async (answer: Answer): Promise<{ readonly kept: Mirror; readonly asked: readonly Asked[] }> => {
  const server = serverThat(answer);
  const kept = aMirror({ ...server, calendarId });
  await kept.read();
  return { kept, asked: server.asked };
};

describe('what servers of CalDAV are in the habit of', () => {
  it.each([
    ['a path', `${folder}1.ics`, `${folder}1.ics`],
    ['an escaped path', '/cal/olivia%40example.com/work/1.ics', `${folder}1.ics`],
    ['a whole address', 'https://dav.example.com/cal/olivia%40example.com/work/1.ics', '/cal/olivia%40example.com/work/1.ics'],
    ['an address without TLS, from behind a proxy', `http://dav.example.com${folder}1.ics`, `${folder}1.ics`],
  ])('is naming a file by %s', async (_how, listed, fetched) => {
    const answer = synced({ list: ok(listed, '<getetag>"1"</getetag>'), files: ok(fetched, `<getetag>"1"</getetag>${dataOf(single())}`) });

    const { kept, asked } = await readFrom(answer);

    expect(kept.changes).toEqual([
      expect.objectContaining({
        kind: 'present',
        resource: '/cal/olivia%40example.com/work/1.ics',
        version: expect.stringMatching(/^1 /),
        events: [expect.objectContaining({ title: 'One' })],
      }),
    ]);
    // In the server's own spelling, for it may know no other.
    expect(asked.at(-1)?.body).toContain(`<d:href>${listed}</d:href>`);
  });

  it('is weakening an ETag, or forgetting its quotes: it is the same version all the same', async () => {
    const etags = ['"abc"', 'W/"abc"', 'abc', '&quot;abc&quot;'];
    let etag = '';
    const files = ok(`${folder}1.ics`, dataOf(single()));
    const server = serverThat((asked) => synced({ list: ok(`${folder}1.ics`, `<getetag>${etag}</getetag>`), files })(asked));
    const kept = aMirror({ ...server, calendarId });

    const kinds: string[] = [];
    for (etag of etags) {
      await kept.readAfresh();
      kinds.push(...kept.changes.map(({ kind }) => kind));
    }

    expect(kinds).toEqual(['present', 'unchanged', 'unchanged', 'unchanged']);
  });

  it('is wrapping files in CDATA, and ending lines with references', async () => {
    const list = ['1', '2'].map((name) => ok(`${folder}${name}.ics`, `<getetag>"${name}"</getetag>`)).join('');
    const escaped = single({ uid: 'two', title: 'Two &amp; more' }).replaceAll('\r', '&#13;');
    const files = [
      ok(`${folder}1.ics`, `<C:calendar-data><![CDATA[${single()}]]></C:calendar-data>`),
      ok(`${folder}2.ics`, `<C:calendar-data>${escaped}</C:calendar-data>`),
    ].join('');

    const { kept } = await readFrom(synced({ list, files }));

    const titles = kept.changes.flatMap((change) => (change.kind === 'present' ? change.events.map(({ title }) => title) : []));
    expect(titles).toEqual(['One', 'Two & more']);
  });

  it('is leaving a file out that was asked for with others: it is asked for alone', async () => {
    const list = ['1', '2'].map((name) => ok(`${folder}${name}.ics`, `<getetag>"${name}"</getetag>`)).join('');
    const usual = synced({ list, files: ok(`${folder}1.ics`, dataOf(single())) });

    const { kept } = await readFrom((asked) =>
      asked.method === 'GET' && asked.url.endsWith('2.ics') ? { status: 200, body: single({ title: 'Two' }) } : usual(asked),
    );

    const titles = kept.changes.flatMap((change) => (change.kind === 'present' ? change.events.map(({ title }) => title) : []));
    expect(titles).toEqual(['One', 'Two']);
  });

  it('is answering that a file went meanwhile, in more than one way', async () => {
    const list = ['1', '2', '3'].map((name) => ok(`${folder}${name}.ics`, `<getetag>"${name}"</getetag>`)).join('');
    const files = [
      `<response><href>${folder}1.ics</href><status>HTTP/1.1 404 Not Found</status></response>`,
      `<response><href>${folder}2.ics</href><propstat><prop><C:calendar-data/></prop><status>HTTP/1.1 404 Not Found</status></propstat></response>`,
    ].join('');

    const { kept } = await readFrom(synced({ list, files }));

    expect(kept.changes.map(({ kind }) => kind)).toEqual(['gone', 'gone', 'gone']);
  });

  it('is naming a sync token without knowing the report: everything is listed instead', async () => {
    const { kept } = await readFrom(({ method, body, url }) => {
      if (body.includes('sync-collection')) return { status: 403, body: '<error xmlns="DAV:"><supported-report/></error>' };
      if (body.includes('calendar-multiget')) return multistatus(ok(`${folder}1.ics`, dataOf(single())));
      if (method !== 'PROPFIND') return null;
      return body.includes('getetag')
        ? multistatus(ok(new URL(url).pathname, aCalendar), ok(`${folder}1.ics`, '<resourcetype/><getetag>"1"</getetag>'))
        : multistatus(ok(folder, `${aCalendar}<sync-token>t-1</sync-token><S:getctag>c-1</S:getctag>`));
    });

    expect([kept.changes.map(({ kind }) => kind), JSON.parse(kept.cursor ?? '')]).toEqual([
      ['present'],
      expect.objectContaining({ kind: 'tag', token: 'c-1' }),
    ]);
  });

  it.each([400, 403, 409, 410, 412, 507])('is refusing a token that it has forgotten with HTTP %i', async (status) => {
    let isForgotten = false;
    const usual = synced({ list: ok(`${folder}1.ics`, '<getetag>"1"</getetag>'), files: ok(`${folder}1.ics`, dataOf(single())) });
    const body = status === 403 ? '<D:error xmlns:D="DAV:"><D:valid-sync-token/></D:error>' : '';
    const server = serverThat((asked) => (isForgotten && asked.body.includes('t-1') ? { status, body } : usual(asked)));
    const kept = aMirror({ ...server, calendarId });
    await kept.read();

    isForgotten = true;

    await expect(kept.read()).rejects.toMatchObject({ code: 'cursor_expired' });
  });

  it('is promising more and giving no way to it, which ends the reading', async () => {
    const cut = `<response><href>${folder}</href><status>HTTP/1.1 507 Insufficient Storage</status></response>`;
    const server = serverThat(({ method, body }) => {
      if (method === 'PROPFIND') return multistatus(ok(folder, `${aCalendar}<sync-token>t-1</sync-token>`));
      return body.includes('sync-collection') ? multistatus(cut, '<sync-token>t-1</sync-token>') : null;
    });

    await expect(aMirror({ ...server, calendarId }).read()).rejects.toMatchObject({ code: 'invalid_response', reason: 'no_progress' });
  });

  it('is putting files together that are too large for one answer: they are fetched in smaller parts', async () => {
    const names = ['1', '2', '3', '4', '5'];
    const usual = synced({ list: names.map((name) => ok(`${folder}${name}.ics`, `<getetag>"${name}"</getetag>`)).join('') });
    const { kept } = await readFrom((asked) => {
      const wanted = names.filter((name) => asked.body.includes(`work/${name}.ics`));
      if (wanted.length > 2) throw new ProviderError('caldav', 'invalid_response', { reason: 'too_large' });
      return wanted.length > 0 ? multistatus(...wanted.map((name) => ok(`${folder}${name}.ics`, dataOf(single({ uid: name }))))) : usual(asked);
    });

    expect(kept.changes.map(({ resource }) => resource.at(-5))).toEqual(names);
  });
});

describe('what other calendar products got wrong', () => {
  const oneFile = (text: string): Answer =>
    synced({ list: ok(`${folder}1.ics`, '<getetag>"1"</getetag>'), files: ok(`${folder}1.ics`, dataOf(text)) });
  const eventsOf = ({ changes }: Mirror) => changes.flatMap((change) => (change.kind === 'present' ? change.events : []));

  it('reads every event of a file, not only the first', async () => {
    const event = (...lines: readonly string[]) => ['BEGIN:VEVENT', 'UID:series', 'DTSTAMP:20270101T000000Z', ...lines, 'END:VEVENT'];
    const text = calendarText(
      ...event('RECURRENCE-ID:20270302T100000Z', 'DTSTART:20270302T150000Z', 'SUMMARY:Late'),
      ...event('DTSTART:20270301T100000Z', 'DTEND:20270301T103000Z', 'RRULE:FREQ=DAILY', 'SUMMARY:Standup'),
      ...event('RECURRENCE-ID:20270303T100000Z', 'DTSTART:20270303T160000Z', 'SUMMARY:Later'),
    );

    const events = eventsOf((await readFrom(oneFile(text))).kept);

    expect(events.map(({ title }) => title).toSorted()).toEqual(['Late', 'Later', 'Standup']);
    expect(events.filter(({ recurrence }) => recurrence.length > 0).map(({ title }) => title)).toEqual(['Standup']);
  });

  it('takes a time in a zone that the file does not define for that time in that zone', async () => {
    const [event] = eventsOf((await readFrom(oneFile(single({ start: 'DTSTART;TZID=Europe/Berlin:20270701T100000' })))).kept);

    expect(event?.start).toEqual({ dateTime: '2027-07-01T10:00:00', timeZone: 'Europe/Berlin' });
  });

  it.each([
    [401, 'unauthorized'],
    [403, 'forbidden'],
  ])('never takes a refusal with HTTP %i for an empty calendar', async (status, code) => {
    const refused = serverThat(() => ({ status }));

    await expect(aMirror({ ...refused, calendarId }).read()).rejects.toMatchObject({ code });
    await expect(refused.reading.listCalendars(refused.token)).rejects.toMatchObject({ code });
  });

  it.each([
    ['a page of HTML', '<!doctype html><html><body><p>Sign in<br></body></html>'],
    ['a page of XHTML', '<html xmlns="http://www.w3.org/1999/xhtml"><body/></html>'],
    ['nothing', ''],
    ['half an answer', '<multistatus xmlns="DAV:"><response>'],
  ])('never takes %s for an empty calendar', async (_what, said) => {
    await expect(aMirror({ ...serverThat(() => said), calendarId }).read()).rejects.toMatchObject({ code: 'invalid_response' });
  });

  it('stops at a file that is refused, and does not take its time for free', async () => {
    const list = ok(`${folder}1.ics`, '<getetag>"1"</getetag>');
    const files = `<response><href>${folder}1.ics</href><status>HTTP/1.1 500 Internal Server Error</status></response>`;
    const usual = synced({ list, files });

    const server = serverThat((asked) => (asked.method === 'GET' ? { status: 500 } : usual(asked)));

    await expect(aMirror({ ...server, calendarId }).read()).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('keeps the other events of a calendar in which one cannot be read, and tries that one again', async () => {
    const list = ['1', '2'].map((name) => ok(`${folder}${name}.ics`, `<getetag>"${name}"</getetag>`)).join('');
    const files = ok(`${folder}1.ics`, dataOf('no calendar at all')) + ok(`${folder}2.ics`, dataOf(single()));

    const { kept } = await readFrom(synced({ list, files }));

    expect(kept.changes).toMatchObject([
      { kind: 'present', version: null, events: [], unreadable: [{ fault: 'not_a_calendar' }] },
      { kind: 'present', version: expect.stringMatching(/^2 /), events: [{ title: 'One' }] },
    ]);
  });

  it('finds no calendar in what is only a folder', async () => {
    const server = serverThat(synced({ calendar: '<resourcetype><collection/></resourcetype>' }));

    await expect(aMirror({ ...server, calendarId }).read()).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('where a password goes', () => {
  it.each(['http://dav.example.com/cal/', 'http://elsewhere.example.org/'])('is not to %s, though the server leads there', async (location) => {
    const server = serverThat(() => ({ status: 301, headers: { location } }));

    await expect(aMirror({ ...server, calendarId }).read()).rejects.toMatchObject({ code: 'address_refused' });
    expect(server.asked.map(({ url }) => url)).toEqual([calendarId]);
  });

  it('is not to an address that a stored calendar names without TLS', async () => {
    const server = serverThat(() => null);

    await expect(aMirror({ ...server, calendarId: 'http://dav.example.com/cal/' }).read()).rejects.toMatchObject({ code: 'address_refused' });
    expect(server.asked).toEqual([]);
  });
});

describe('an iCloud account that moves to another partition', () => {
  it('is found there, with the same calendars and the same cursor', async () => {
    let partition = 'p42';
    const server = serverThat(({ method, url, body }) => {
      const { host, pathname } = new URL(url);
      if (host !== 'caldav.icloud.com' && host !== `${partition}-caldav.icloud.com`) return { status: 401 };
      if (pathname === '/') return multistatus(ok('/', '<current-user-principal><href>/123/principal/</href></current-user-principal>'));
      if (pathname === '/123/principal/') {
        const home = `<C:calendar-home-set><href xmlns="DAV:">https://${partition}-caldav.icloud.com:443/123/calendars/</href></C:calendar-home-set>`;
        return multistatus(ok(pathname, home));
      }
      if (host === 'caldav.icloud.com') return null;
      if (pathname === '/123/calendars/')
        return multistatus(ok('/123/calendars/', ''), ok('/123/calendars/home/', `${aCalendar}<displayname>Home</displayname>`));
      if (method === 'PROPFIND') return multistatus(ok(pathname, `${aCalendar}<sync-token>t-1</sync-token>`));
      return body.includes('sync-collection') ? multistatus('<sync-token>t-1</sync-token>') : null;
    });
    const { calendarReading: reading } = apple.connect({ config: apple.config.parse({}), ...server.context });
    const token = tokenOfCredentials({ username: 'olivia@icloud.com', password: 'abcd-efgh-ijkl-mnop' }, 'connection-1');
    const [before] = await reading.listCalendars(token);
    const kept = aMirror({ reading, token, calendarId: before?.id ?? '' });
    await kept.read();

    partition = 'p07';
    await kept.read();

    expect([before?.id, before?.name]).toEqual(['https://caldav.icloud.com/123/calendars/home/', 'Home']);
    expect(JSON.parse(kept.cursor ?? '')).toMatchObject({ url: 'https://p07-caldav.icloud.com/123/calendars/home/' });
    expect((await reading.listCalendars(token))[0]).toEqual(before);
  });
});
