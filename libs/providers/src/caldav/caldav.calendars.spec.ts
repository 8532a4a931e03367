import { tokenOfCredentials, type Outbound } from '@patchbay/capabilities';
import { caldav } from './caldav.provider.js';

const multistatus = (...inner: readonly string[]): string =>
  `<?xml version="1.0"?><multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">${inner.join('')}</multistatus>`;
const propstat = (status: string, prop: string): string => `<propstat><prop>${prop}</prop><status>HTTP/1.1 ${status}</status></propstat>`;
const response = (href: string, ...inner: readonly string[]): string => `<response><href>${href}</href>${inner.join('')}</response>`;
const ok = (href: string, prop: string): string => response(href, propstat('200 OK', prop));
const refused = (href: string, status: string): string => response(href, `<status>HTTP/1.1 ${status}</status>`);

const isCalendar = '<resourcetype><collection/><C:calendar/></resourcetype>';
const home = ok('/cal/', '<resourcetype><collection/></resourcetype>');
const ofHome = ok('/cal/home/', `${isCalendar}<displayname>Home</displayname>`);

/** Lists the calendars of a server that answers for its home like this. */
const list = (...answer: readonly string[]) => {
  const answerTo = (body: string): string => {
    if (body.includes('current-user-principal')) return multistatus(ok('/', '<current-user-principal><href>/p/</href></current-user-principal>'));
    if (body.includes('calendar-home-set')) return multistatus(ok('/p/', '<C:calendar-home-set><href>/cal/</href></C:calendar-home-set>'));
    return multistatus(...answer);
  };
  const outbound: Outbound = {
    fetch: () => async (input, init) =>
      new Response(answerTo(await new Request(input, init).text()), { status: 207, headers: { 'content-type': 'application/xml' } }),
  };
  const { calendarReading } = caldav.connect({ config: {}, outbound, userAimedOutbound: outbound, now: () => new Date('2027-01-01T00:00:00Z') });
  const typed = { server_url: 'https://dav.example.com/dav/', username: 'olivia@example.com', password: 'a-secret' };
  return calendarReading.listCalendars(tokenOfCredentials(typed, 'connection-1'));
};

const namesOf = async (listed: ReturnType<typeof list>): Promise<readonly string[]> => (await listed).map(({ name }) => name);

describe('a list of calendars', () => {
  it.each(['503 Service Unavailable', '500 Internal Server Error', '507 Insufficient Storage', '424 Failed Dependency'])(
    'is none where the server answers %s for one of them: it may be there',
    async (status) => {
      await expect(list(home, ofHome, refused('/cal/work/', status))).rejects.toMatchObject({ code: 'unavailable' });
    },
  );

  it('is none where the server says that there is more than it tells', async () => {
    await expect(list(home, ofHome, refused('/cal/', '507 Insufficient Storage'))).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('is none where the server cannot say what one of them is', async () => {
    const work = response(
      '/cal/work/',
      propstat('200 OK', '<displayname>Work</displayname>'),
      propstat('500 Internal Server Error', '<resourcetype/>'),
    );

    await expect(list(home, ofHome, work)).rejects.toMatchObject({ code: 'unavailable', reason: 'partial_list' });
  });

  it.each(['404 Not Found', '410 Gone', '403 Forbidden', '401 Unauthorized'])(
    'is whole without what answers %s: it was deleted, or is not for everybody to see',
    async (status) => {
      expect(await namesOf(list(home, ofHome, refused('/cal/work/', status)))).toEqual(['Home']);
    },
  );

  it('is whole where only something else of one of them is not told', async () => {
    const work = response('/cal/work/', propstat('200 OK', isCalendar), propstat('403 Forbidden', '<displayname/>'));
    const file = response('/cal/notes.txt', propstat('404 Not Found', '<resourcetype/>'));

    expect((await namesOf(list(home, ofHome, work, file))).toSorted()).toEqual(['Home', 'work']);
  });
});
