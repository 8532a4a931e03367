import type { FakeExchange } from '@patchbay/providers/testing';
import { checkExchange } from './check-exchange.js';
import { readDiscovery } from './discovery.js';
import { googleFamilyScenario } from './google-family.scenario.js';
import { googleScenario } from './google.scenario.js';
import type { Json } from './json.js';
import { readMetaGraphUser } from './meta-graph.js';
import { readOpenApi } from './openapi.js';
import { instagramScenario } from './instagram.scenario.js';
import { microsoftScenario } from './microsoft.scenario.js';
import { missingOperations, reportOn } from './report.js';
import { runSpecs } from './run-specs.js';
import { zoomScenario } from './zoom.scenario.js';

/** Small documents of our own in the vendors' formats: theirs are not part of the repository. */
const openApi = (
  room: Json = { type: 'object', properties: { id: { type: 'integer' }, name: { type: 'string', nullable: true } }, required: ['id'] },
): Json => ({
  openapi: '3.0.0',
  servers: [{ url: 'https://api.rooms.example/v1' }],
  paths: {
    '/rooms/{roomId}': {
      get: {
        operationId: 'readRoom',
        parameters: [
          { name: 'roomId', in: 'path', required: true, schema: { type: 'integer' } },
          { name: 'verbose', in: 'query', schema: { type: 'boolean' } },
          { name: 'size', in: 'query', schema: { type: 'integer', maximum: 10 } },
        ],
        responses: { 200: { description: '', content: { 'application/json': { schema: room } } }, 404: { description: '' } },
      },
      patch: {
        operationId: 'changeRoom',
        parameters: [{ name: 'roomId', in: 'path', required: true, schema: { type: 'integer' } }],
        requestBody: { content: { 'application/json': { schema: { type: 'object', properties: { name: { type: 'string', maxLength: 5 } } } } } },
        responses: { 204: { description: '' } },
      },
    },
  },
});

const discovery: Json = {
  servicePath: 'rooms/v1/',
  parameters: { alt: { type: 'string', location: 'query' } },
  schemas: {
    Room: {
      id: 'Room',
      type: 'object',
      properties: {
        id: { type: 'string', annotations: { required: ['rooms.insert'] } },
        owner: { $ref: 'Person' },
        created: { type: 'string', format: 'date-time', readOnly: true },
      },
    },
    Person: { id: 'Person', type: 'object', properties: { name: { type: 'string' } } },
  },
  resources: {
    rooms: {
      methods: {
        insert: {
          id: 'rooms.insert',
          path: 'rooms',
          httpMethod: 'POST',
          parameters: {
            notify: { type: 'string', location: 'query', enum: ['all', 'none'] },
            tag: { type: 'string', location: 'query', repeated: true },
          },
          request: { $ref: 'Room' },
          response: { $ref: 'Room' },
        },
        delete: {
          id: 'rooms.delete',
          path: 'rooms/{+roomId}',
          httpMethod: 'DELETE',
          parameters: { roomId: { type: 'string', location: 'path', required: true } },
        },
      },
    },
  },
};

const anExchange = (
  method: string,
  url: string,
  { sent, status = 200, answered }: { sent?: unknown; status?: number; answered?: object } = {},
): FakeExchange => {
  const [path = '', query = ''] = url.split('?');
  const body = sent === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(sent));
  return {
    request: { method, path, query: new URLSearchParams(query), headers: { 'content-type': 'application/json' }, body, baseUrl: '' },
    response: { status, ...(answered === undefined ? {} : { body: answered }) },
  };
};

describe('holding traffic against an OpenAPI document', () => {
  const faults = (exchange: FakeExchange) => checkExchange([readOpenApi('rooms', openApi())], exchange)?.faults;

  it('accepts what is as described', () => {
    expect(faults(anExchange('GET', '/v1/rooms/7?verbose=true&size=10', { answered: { id: 7, name: null } }))).toEqual([]);
    expect(faults(anExchange('PATCH', '/v1/rooms/7', { sent: { name: 'Blue' }, status: 204 }))).toEqual([]);
  });

  it.each([
    ['a parameter nobody described', anExchange('GET', '/v1/rooms/7?colour=red', { answered: { id: 7 } }), /unknown parameter colour/],
    ['a parameter of another type', anExchange('GET', '/v1/rooms/7?verbose=perhaps', { answered: { id: 7 } }), /parameter verbose: .*boolean/],
    ['a parameter that is too big', anExchange('GET', '/v1/rooms/7?size=11', { answered: { id: 7 } }), /parameter size: .*<= 10/],
    ['a parameter given twice', anExchange('GET', '/v1/rooms/7?size=1&size=2', { answered: { id: 7 } }), /size is given 2 times/],
    ['a path value of another type', anExchange('GET', '/v1/rooms/seven', { answered: { id: 7 } }), /parameter roomId: .*integer/],
    [
      'an answer without a required field',
      anExchange('GET', '/v1/rooms/7', { answered: { name: 'Blue' } }),
      /answer: the body must have required property 'id'/,
    ],
    ['an answer with a field of another type', anExchange('GET', '/v1/rooms/7', { answered: { id: '7' } }), /answer: \/id must be integer/],
    ['a success status nobody described', anExchange('GET', '/v1/rooms/7', { status: 201, answered: { id: 7 } }), /status 201 is not described/],
    [
      'a body in an answer that has none',
      anExchange('PATCH', '/v1/rooms/7', { sent: {}, status: 204, answered: { id: 7 } }),
      /described without a body/,
    ],
    [
      'a request with a field that is too long',
      anExchange('PATCH', '/v1/rooms/7', { sent: { name: 'Yellow' }, status: 204 }),
      /request: \/name must NOT have more than 5/,
    ],
    [
      'a request with a field nobody described',
      anExchange('PATCH', '/v1/rooms/7', { sent: { size: 1 }, status: 204 }),
      /unevaluated properties \(size\)/,
    ],
    ['a request without the body', anExchange('PATCH', '/v1/rooms/7', { status: 204 }), /none was sent/],
    ['a request with a body where none belongs', anExchange('GET', '/v1/rooms/7', { sent: {}, answered: { id: 7 } }), /no body is described/],
  ])('refuses %s', (_, exchange, complaint) => {
    expect(faults(exchange)).toEqual([expect.stringMatching(complaint)]);
  });

  it('knows no operation for another path or method', () => {
    expect(faults(anExchange('DELETE', '/v1/rooms/7'))).toBeUndefined();
    expect(faults(anExchange('GET', '/v2/rooms/7'))).toBeUndefined();
  });

  it('says which errors nobody described instead of passing them silently', () => {
    const finding = checkExchange([readOpenApi('rooms', openApi())], anExchange('GET', '/v1/rooms/7', { status: 429, answered: { code: 429 } }));

    expect(finding).toMatchObject({ faults: [], unjudged: ['429 is not described'] });
  });

  it('fails what it could not compile, and says so', () => {
    const description = readOpenApi('rooms', openApi({ type: 'object', required: 'id' }));
    const finding = checkExchange([description], anExchange('GET', '/v1/rooms/7', { answered: { id: 7 } }));

    expect(description.remarks).toEqual([expect.stringMatching(/could not compile the answer 200 of readRoom/)]);
    expect(finding?.faults).toEqual([expect.stringMatching(/cannot be checked/)]);
  });

  it('removes what is known not to compile, says so, and still refuses wrong bodies', () => {
    const description = readOpenApi(
      'rooms',
      openApi({ type: 'object', properties: { id: { type: 'integer' }, any: { nullable: true }, code: { type: 'string', pattern: '\\-' } } }),
    );
    const check = (answered: object) => checkExchange([description], anExchange('GET', '/v1/rooms/7', { answered }))?.faults;

    expect(description.remarks).toEqual([expect.stringMatching(/"nullable" in 1/), expect.stringMatching(/1 patterns/)]);
    expect([check({ id: 7, any: null })?.length, check({ id: 'x' })?.length]).toEqual([0, 1]);
  });

  it('calls an unknown format uncompiled instead of ignoring it', () => {
    expect(readOpenApi('rooms', openApi({ type: 'string', format: 'colour' })).remarks).toEqual([expect.stringMatching(/unknown format "colour"/)]);
  });
});

describe('what some OpenAPI documents do otherwise', () => {
  const document: Json = {
    openapi: '3.0.1',
    servers: [{ url: 'https://graph.rooms.example/v1' }],
    paths: {
      '/me': {
        get: {
          operationId: 'readMe',
          parameters: [{ name: '$select', in: 'query', explode: false, schema: { type: 'array', items: { type: 'string', enum: ['id', 'mail'] } } }],
          responses: {
            '4XX': { $ref: '#/components/responses/error' },
            404: { description: '' },
            '2XX': {
              description: '',
              content: { 'application/json': { schema: { type: 'object', properties: { id: { type: 'string' } }, required: ['@type', 'id'] } } },
            },
          },
        },
      },
    },
    components: {
      responses: {
        error: { description: '', content: { 'application/json': { schema: { type: 'object', properties: { error: {} }, required: ['error'] } } } },
      },
    },
  };
  const description = readOpenApi('graph', document, { neverRequired: ['@type'] });
  const check = (url: string, answer?: Parameters<typeof anExchange>[2]) => checkExchange([description], anExchange('GET', url, answer));

  it('requires no field that is known to be left out, and says so', () => {
    expect(description.remarks).toEqual(['required @type no longer in 1 places']);
    expect(check('/v1/me', { answered: { id: 'a' } })?.faults).toEqual([]);
    expect(check('/v1/me', { answered: {} })?.faults).toEqual([expect.stringMatching(/must have required property 'id'/)]);
  });

  it('judges each value of a list that stands in one parameter', () => {
    expect(check('/v1/me?$select=id,mail', { answered: { id: 'a' } })?.faults).toEqual([]);
    expect(check('/v1/me?$select=id,shoe', { answered: { id: 'a' } })?.faults).toEqual([
      expect.stringMatching(/parameter \$select: .*allowed values/),
    ]);
  });

  it('judges a status by the range it lies in, unless it is described by itself', () => {
    expect(check('/v1/me', { status: 429, answered: { error: 'slow down' } })).toMatchObject({ faults: [], unjudged: [] });
    expect(check('/v1/me', { status: 429, answered: {} })?.faults).toEqual([expect.stringMatching(/must have required property 'error'/)]);
    expect(check('/v1/me', { status: 404, answered: {} })).toMatchObject({ faults: [], unjudged: ['the body of 404 is not described'] });
  });
});

describe('holding traffic against a discovery document', () => {
  const description = readDiscovery('rooms', discovery);
  const faults = (exchange: FakeExchange) => checkExchange([description], exchange)?.faults;

  it('compiles everything, references included', () => {
    expect(description.remarks).toEqual([]);
  });

  it('accepts what is as described', () => {
    const room = { id: 'a', owner: { name: 'Ada' } };

    expect(
      faults(
        anExchange('POST', '/rooms/v1/rooms?notify=all&tag=1&tag=2&alt=json', { sent: room, answered: { ...room, created: '2026-01-01T00:00:00Z' } }),
      ),
    ).toEqual([]);
    expect(faults(anExchange('DELETE', '/rooms/v1/rooms/a', { status: 204 }))).toEqual([]);
  });

  it.each([
    [
      'a field Google does not know',
      { sent: { id: 'a', colour: 'red' }, answered: {} },
      /request: the body must NOT have additional properties \(colour\)/,
    ],
    [
      'an unknown field deep inside',
      { sent: { id: 'a', owner: { age: 3 } }, answered: {} },
      /request: \/owner must NOT have additional properties \(age\)/,
    ],
    ['a field that only Google writes', { sent: { id: 'a', created: '2026-01-01T00:00:00Z' }, answered: {} }, /additional properties \(created\)/],
    ['a missing field that this method needs', { sent: {}, answered: {} }, /must have required property 'id'/],
    ['an answer with a wrong date', { sent: { id: 'a' }, answered: { created: 'yesterday' } }, /answer: \/created must match format/],
    [
      'an answer with an unknown field',
      { sent: { id: 'a' }, answered: { extra: 1 } },
      /answer: the body must NOT have additional properties \(extra\)/,
    ],
  ])('refuses %s', (_, exchange, complaint) => {
    expect(faults(anExchange('POST', '/rooms/v1/rooms', exchange))).toEqual([expect.stringMatching(complaint)]);
  });

  it('refuses a value that is not in the list', () => {
    expect(faults(anExchange('POST', '/rooms/v1/rooms?notify=some', { sent: { id: 'a' }, answered: {} }))).toEqual([
      expect.stringMatching(/notify: .*allowed values/),
    ]);
  });

  it('reports a word it does not know', () => {
    const strange = { ...(discovery as Record<string, Json>), schemas: { Room: { type: 'object', sorted: true }, Person: { type: 'object' } } };

    expect(readDiscovery('rooms', strange).remarks).toContain('ignored the unknown word "sorted" at Room');
  });
});

describe('holding traffic against a node of Meta’s Graph API', () => {
  const fields = [
    { name: 'id', type: 'string' },
    { name: 'user_id', type: 'int' },
    { name: 'followers', type: 'list<User>' },
  ];
  const description = readMetaGraphUser('rooms', { apis: [{ name: '#get', method: 'GET', return: 'User', params: [] }], fields });
  const check = (url: string, answered: object) => checkExchange([description], anExchange('GET', url, { answered }))?.faults;

  it('accepts its fields, and ids as text', () => {
    expect(check('/me?fields=id,user_id', { id: 'a', user_id: '17841405793187218' })).toEqual([]);
    expect(description.remarks).toEqual(['the type of followers is not known, so any is taken']);
  });

  it('refuses fields that it does not know, asked for or answered, and wrong types', () => {
    expect(check('/me?fields=id,email', { id: 'a' })).toHaveLength(1);
    expect(check('/me', { email: 'a@example.com' })).toHaveLength(1);
    expect(check('/me', { user_id: 'olivia' })).not.toEqual([]);
  });

  it('knows no call where the node cannot be read', () => {
    expect(readMetaGraphUser('rooms', { apis: [], fields }).operations).toEqual([]);
  });
});

describe('the report', () => {
  const description = readOpenApi('rooms', openApi());
  const good = anExchange('GET', '/v1/rooms/7', { answered: { id: 7 } });
  const wrongRequest = anExchange('GET', '/v1/rooms/7?colour=red', { answered: { id: 7 } });

  it('fails an operation when one of its exchanges is wrong', () => {
    expect(reportOn([description], [{ provider: 'rooms', byAdapters: [good, wrongRequest], byHand: [] }])).toMatchObject([
      { verdict: 'failed', requests: { byAdapters: 2 } },
    ]);
  });

  it('forgives wrong requests that were sent by hand, but not wrong answers to them', () => {
    const wrongAnswer = anExchange('GET', '/v1/rooms/7?colour=red', { answered: {} });

    expect(reportOn([description], [{ provider: 'rooms', byAdapters: [], byHand: [wrongRequest] }])).toMatchObject([{ verdict: 'passed' }]);
    expect(reportOn([description], [{ provider: 'rooms', byAdapters: [], byHand: [wrongAnswer] }])).toMatchObject([{ verdict: 'failed' }]);
  });

  it('fails a path that no document knows, and names endpoints that nobody describes', () => {
    const recording = { provider: 'rooms', byAdapters: [anExchange('GET', '/v1/doors'), anExchange('POST', '/oauth/token')], byHand: [] };

    expect(reportOn([description], [recording]).map(({ verdict }) => verdict)).toEqual(['failed', 'unchecked']);
  });

  it('misses operations that only were sent by hand', () => {
    const reports = reportOn([description], [{ provider: 'rooms', byAdapters: [], byHand: [good] }]);

    expect(missingOperations(reports, ['rooms GET /v1/rooms/{roomId}'])).toEqual(['rooms GET /v1/rooms/{roomId}']);
  });
});

describe('the command', () => {
  it.each([
    ['without a folder', undefined],
    ['with a folder that has no documents', '/nonexistent'],
  ])('explains where vendors publish %s, and ends with 2', async (_, folder) => {
    const lines: string[] = [];

    expect(await runSpecs(folder, (line) => lines.push(line))).toBe(2);
    expect(lines.join('\n')).toContain('https://www.googleapis.com/discovery/v1/apis/calendar/v3/rest');
  });

  it.each([
    ['Google', googleScenario],
    ['Zoom', zoomScenario],
  ])('drives the adapters of %s through successes and refusals', async (_, scenario) => {
    const { byAdapters } = await scenario();
    const statuses = new Set(byAdapters.map(({ response }) => response?.status));

    expect([...statuses]).toEqual(expect.arrayContaining([200, 204, 401, 404, 429]));
  });

  it.each([
    ['the rest of Google', googleFamilyScenario],
    ['Instagram', instagramScenario],
  ])('drives the adapters of %s through successes and refusals', async (_, scenario) => {
    const { byAdapters } = await scenario();
    const statuses = new Set(byAdapters.map(({ response }) => response?.status));

    expect([...statuses]).toEqual(expect.arrayContaining([200, 429]));
  });

  it("drives what Microsoft's adapters share through successes and refusals", async () => {
    const { byAdapters } = await microsoftScenario();

    expect([...new Set(byAdapters.map(({ response }) => response?.status))]).toEqual(expect.arrayContaining([200, 400, 401, 410, 429, 503]));
  });
});
