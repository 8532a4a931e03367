import { fakeApp, type FakeApp, type FakeAppAnswer } from '../_kit/fake-app.js';
import { fakePerson } from '../_kit/fake-connection.js';
import { startFake, type RunningFake } from '../_kit/fake-server.js';
import { createMicrosoftFake, microsoftFakeClient, type MicrosoftFake } from './microsoft.fake.js';

type Item = Readonly<Record<string, unknown>>;

const window = 'startDateTime=2027-01-01T00:00:00Z&endDateTime=2028-01-01T00:00:00Z';
const inBerlin = (dateTime: string) => ({ dateTime, timeZone: 'W. Europe Standard Time' });
const weekly = {
  subject: 'Standup',
  start: inBerlin('2027-03-22T09:00:00'),
  end: inBerlin('2027-03-22T09:15:00'),
  recurrence: {
    pattern: { type: 'weekly', interval: 1, daysOfWeek: ['monday'] },
    range: { type: 'endDate', startDate: '2027-03-22', endDate: '2027-04-05' },
  },
};

describe('the calendars of the Microsoft fake', () => {
  let running: RunningFake<MicrosoftFake>;
  let app: FakeApp;
  let token = '';
  let calendar = '';

  beforeAll(async () => {
    running = await startFake(createMicrosoftFake({ now: () => new Date('2027-03-01T08:00:00Z') }));
    app = fakeApp(running.url, microsoftFakeClient, { authorize: '/common/oauth2/v2.0/authorize', token: '/common/oauth2/v2.0/token' });
  });
  afterAll(() => running.stop());
  beforeEach(async () => {
    running.fake.reset();
    token = await signIn('User.Read Calendars.ReadWrite');
    const { value } = (await get('/v1.0/me/calendars')).body as { readonly value: readonly Item[] };
    calendar = `/v1.0/me/calendars/${String(value.find(({ isDefaultCalendar }) => isDefaultCalendar)?.['id'])}`;
  });

  const signIn = async (scope: string) => String((await app.signIn({ scope }))['access_token']);
  const get = (path: string, prefer = '') => app.call(path, { headers: { authorization: `Bearer ${token}`, ...(prefer !== '' && { prefer }) } });
  const post = (path: string, body: object) =>
    app.call(path, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const remove = (id: unknown) => app.call(`/v1.0/me/events/${String(id)}`, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } });
  const valueOf = ({ body }: FakeAppAnswer) => (body as { readonly value: readonly Item[] }).value;
  const linkOf = ({ body }: FakeAppAnswer, name: 'nextLink' | 'deltaLink') => {
    const link = (body as Item)[`@odata.${name}`];
    return typeof link === 'string' ? link.slice(running.url.length) : '';
  };
  const createdId = async (body: object) => ((await post(`${calendar}/events`, body)).body as Item)['id'];

  it('are closed to apps without a permission for them, and to writing with one for reading', async () => {
    token = await signIn('User.Read');
    expect(await get('/v1.0/me/calendars')).toMatchObject({ status: 403, body: { error: { code: 'ErrorAccessDenied' } } });

    token = await signIn('Calendars.Read');
    expect([(await get('/v1.0/me/calendars')).status, (await post(`${calendar}/events`, weekly)).status]).toEqual([200, 403]);
  });

  it('take no event into a calendar that was shared to be read', async () => {
    const shared = valueOf(await get('/v1.0/me/calendars')).find(({ canEdit }) => canEdit === false);

    expect((await post(`/v1.0/me/calendars/${String(shared?.['id'])}/events`, weekly)).status).toBe(403);
  });

  it.each([
    ['an id that is none', 'nonsense', 400, 'ErrorInvalidIdMalformed'],
    ['an id of nothing', 'AAMkNothing=', 404, 'ErrorItemNotFound'],
  ])('are not found under %s', async (_, id, status, code) => {
    expect(await get(`/v1.0/me/calendars/${id}/calendarView/delta?${window}`)).toMatchObject({ status, body: { error: { code } } });
  });

  it('show every occurrence in a view, on the clock of its own zone, in the zone that is asked for', async () => {
    await post(`${calendar}/events`, weekly);
    const startsIn = async (zone: string) =>
      valueOf(await get(`${calendar}/calendarView?${window}`, `outlook.timezone="${zone}"`)).map(
        ({ start }) => (start as { readonly dateTime: string }).dateTime,
      );

    expect(await startsIn('UTC')).toEqual(['2027-03-22T08:00:00.0000000', '2027-03-29T07:00:00.0000000', '2027-04-05T07:00:00.0000000']);
    expect(await startsIn('Europe/Berlin')).toEqual(['2027-03-22T09:00:00.0000000', '2027-03-29T09:00:00.0000000', '2027-04-05T09:00:00.0000000']);
  });

  describe('tell in a delta', () => {
    const delta = (prefer = '') => get(`${calendar}/calendarView/delta?${window}`, prefer);

    it('the master of a series with its occurrences, of which only the times', async () => {
      const id = await createdId(weekly);

      const [master, first] = valueOf(await delta());

      expect(master).toMatchObject({ id, type: 'seriesMaster', subject: 'Standup' });
      expect(Object.keys(first ?? {}).toSorted()).toEqual(['@odata.etag', '@odata.type', 'end', 'id', 'seriesMasterId', 'start', 'type']);
    });

    it('the whole series again when one occurrence was deleted, and nothing of that one', async () => {
      const id = await createdId(weekly);
      const before = await delta();
      await remove(valueOf(before)[2]?.['id']);

      const after = await get(linkOf(before, 'deltaLink'));

      expect(valueOf(after).map((told) => [told['type'], told['seriesMasterId'] ?? told['id']])).toEqual([
        ['seriesMaster', id],
        ['occurrence', id],
        ['occurrence', id],
      ]);
      expect(valueOf(await get(linkOf(after, 'deltaLink')))).toEqual([]);
    });

    it('what was deleted, and what came outside the window, as removed', async () => {
      const { recurrence: _, ...single } = weekly;
      const id = await createdId(single);
      const before = await delta();
      await remove(id);
      const outside = await createdId({ ...single, start: inBerlin('2030-03-22T09:00:00'), end: inBerlin('2030-03-22T10:00:00') });

      expect(valueOf(await get(linkOf(before, 'deltaLink')))).toEqual(
        [id, outside].map((gone) => ({ '@odata.type': '#microsoft.graph.event', id: gone, '@removed': { reason: 'deleted' } })),
      );
    });

    it('no more on a page than is preferred, but a series is kept together', async () => {
      const { recurrence: _, ...single } = weekly;
      for (const subject of ['A', 'B', 'C']) await createdId({ ...single, subject });
      await createdId(weekly);

      const first = await delta('odata.maxpagesize=2');
      const second = await get(linkOf(first, 'nextLink'), 'odata.maxpagesize=2');

      expect([valueOf(first).length, valueOf(second).length, linkOf(second, 'nextLink')]).toEqual([2, 5, '']);
    });

    it('nothing without a window, to another selection, or after the state was forgotten', async () => {
      const before = await delta();
      running.fake.forgetSyncStates();

      expect((await get(`${calendar}/calendarView/delta`)).status).toBe(400);
      expect((await get(`${calendar}/calendarView/delta?${window}&$select=id`)).status).toBe(400);
      expect(await get(linkOf(before, 'deltaLink'))).toMatchObject({ status: 410, body: { error: { code: 'SyncStateNotFound' } } });
    });
  });

  interface BatchAnswer {
    readonly id: string;
    readonly status: number;
    readonly body?: Item;
  }
  const batch = async (requests: readonly object[]): Promise<readonly BatchAnswer[]> => {
    const numbered = requests.map((request, index) => ({ id: String(index + 1), method: 'GET', ...request }));
    return ((await post('/v1.0/$batch', { requests: numbered })).body as { readonly responses: readonly BatchAnswer[] }).responses;
  };

  describe('answer batches', () => {
    it('request by request, with the same permissions, and not in their order', async () => {
      const { recurrence: _, ...single } = weekly;
      const path = `${calendar.slice('/v1.0'.length)}/events`;

      const answers = await batch([
        { url: '/me' },
        { method: 'POST', url: path, body: single },
        { url: '/me/events/AAMkNothing=' },
        { url: '/nothing' },
      ]);

      expect(answers.map(({ id, status }) => [id, status])).toEqual([
        ['4', 404],
        ['3', 404],
        ['2', 201],
        ['1', 200],
      ]);
      expect(answers[2]?.body).toMatchObject({ subject: 'Standup' });
    });

    it('and not what depends on a refused request', async () => {
      const answers = await batch([
        { url: '/me/events/AAMkNothing=' },
        { url: '/me', dependsOn: ['1'] },
        { url: '/me', dependsOn: ['2'] },
        { url: '/me' },
      ]);

      expect(answers.map(({ status }) => status)).toEqual([200, 424, 424, 404]);
    });

    it.each([
      ['more than twenty requests', Array.from({ length: 21 }, (_one, index) => ({ id: String(index), method: 'GET', url: '/me' }))],
      ['two of one id', [1, 1].map((id) => ({ id: String(id), method: 'GET', url: '/me' }))],
      ['a whole address', [{ id: '1', method: 'GET', url: 'https://graph.microsoft.com/v1.0/me' }]],
      ['no request', []],
    ])('but not of %s', async (_, requests) => {
      expect((await post('/v1.0/$batch', { requests })).status).toBe(400);
    });
  });

  describe('refuse an event', () => {
    const day = { dateTime: '2027-03-22T00:00:00', timeZone: 'UTC' };

    it.each([
      ['of whole days that begins in the morning', { isAllDay: true, start: inBerlin('2027-03-22T09:00:00'), end: inBerlin('2027-03-23T09:00:00') }],
      ['of whole days in two zones', { isAllDay: true, start: day, end: inBerlin('2027-03-23T00:00:00') }],
      ['of no day', { isAllDay: true, start: day, end: day }],
      ['that ends before it begins', { start: inBerlin('2027-03-22T09:00:00'), end: inBerlin('2027-03-22T08:00:00') }],
      ['whose series begins on another day', { ...weekly, start: inBerlin('2027-03-29T09:00:00'), end: inBerlin('2027-03-29T09:15:00') }],
    ])('%s', async (_, event) => {
      expect(await post(`${calendar}/events`, event)).toMatchObject({ status: 400, body: { error: { code: 'ErrorPropertyValidationFailure' } } });
    });
  });

  describe('keep an online meeting', () => {
    const path = (id: unknown) => `${calendar}/events/${String(id)}`;
    const patch = (id: unknown, body: object) =>
      app.call(path(id), {
        method: 'PATCH',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });

    it('as long as its invitation is in the body, whatever else is said', async () => {
      const { recurrence: _, ...single } = weekly;
      const id = await createdId({ ...single, body: { contentType: 'text', content: 'Papers & pens' }, isOnlineMeeting: true });
      const { body } = (await get(path(id))).body as { readonly body: { readonly content: string } };
      expect(body.content).toContain('Papers &amp; pens');

      await patch(id, { isOnlineMeeting: false });
      expect((await patch(id, { body: { contentType: 'html', content: body.content } })).body).toMatchObject({ isOnlineMeeting: true });

      expect((await patch(id, { body: { contentType: 'text', content: 'Papers' } })).body).toMatchObject({
        isOnlineMeeting: false,
        onlineMeeting: null,
      });
    });
  });

  describe('can be brought into the situation', () => {
    const situation = (name: string) => {
      const found = running.fake.situations?.find((candidate) => candidate.name === name);
      if (found === undefined) throw new Error(`there is no situation ${name}`);
      return { accepts: (input: unknown) => found.input.safeParse(input).success, begin: (input: unknown) => found.begin(found.input.parse(input)) };
    };
    const items = () =>
      running.fake
        .accounts()
        .find(({ email }) => email === fakePerson)
        ?.collections.find(({ title }) => title === 'Calendar')?.items ?? [];

    it('that somebody puts a lunch in, moves it and deletes it', () => {
      situation('put-event').begin({ email: fakePerson });
      expect(items()).toMatchObject([{ title: 'Lunch', starts: '2027-03-01T09:00:00 UTC' }]);

      const [{ id } = { id: '' }] = items();
      situation('put-event').begin({ email: fakePerson, id, event: { subject: 'Late lunch', showAs: 'free' } });
      expect(items()).toMatchObject([{ id, title: 'Late lunch', status: 'free', starts: '2027-03-01T09:00:00 UTC' }]);

      situation('remove-event').begin({ email: fakePerson, id });
      expect(items()).toEqual([]);
    });

    it('that somebody deletes one occurrence of a series', async () => {
      await createdId(weekly);

      situation('remove-event').begin({ email: fakePerson, id: items()[1]?.id });

      expect(items().map(({ starts }) => starts?.slice(0, 10))).toEqual(['2027-03-22', '2027-04-05']);
    });

    it('that a calendar has no Teams, and that a mailbox has too many requests', async () => {
      situation('set-teams').begin({ has_teams: false });
      situation('throttle-batches').begin({ count: 1 });

      const [read, listed] = (await batch([{ url: calendar.slice('/v1.0'.length) }, { url: '/me/calendars' }])).toSorted(
        (a, b) => b.status - a.status,
      );

      expect([read?.status, listed?.status]).toEqual([429, 200]);
      expect((await get(calendar)).body).toMatchObject({ allowedOnlineMeetingProviders: [] });
    });

    it.each([
      ['put-event', { email: fakePerson, calendar_id: 'nowhere' }],
      ['put-event', { email: fakePerson, event: { subject: 'No times' } }],
      ['put-event', { email: fakePerson, event: { ...weekly, start: inBerlin('some time') } }],
      ['put-event', { email: fakePerson, id: 'unknown' }],
      ['remove-event', { email: fakePerson, id: 'unknown' }],
      ['limit-pages', { page_max: 0 }],
      ['set-teams', {}],
      ['throttle-batches', { count: -1 }],
    ])('is not %s with %j', (name, input) => {
      expect(situation(name).accepts(input)).toBe(false);
    });
  });
});
