import { aBooking, created } from '@patchbay/local-stack';
import { ada, callRaw, grace, soon, stack, type RawCall } from './whole-stack.js';

const booking = aBooking({ id: 'bad-input', title: 'Never made', userId: ada.id, startsAt: soon() });
const event = created(booking);
const events = '/api/v1/events/';
const webhooks = '/api/v1/integrations/webhooks/';
const endpoint = { name: 'E', webhook_url: `${stack.sandboxUrl}/receiver/e`, events: ['*'] };

const asProduct = (body: unknown): RawCall => ({ token: stack.serviceApiKey, body: typeof body === 'string' ? body : JSON.stringify(body) });
const asUser = (body: unknown): RawCall => ({ token: ada.token, body: JSON.stringify(body) });
const nobody = '0198f2a4-0000-7000-8000-00000000dead';

interface BadCall {
  readonly name: string;
  readonly method?: string;
  readonly path?: string;
  readonly call: RawCall;
  readonly status: number;
  readonly code: string;
  /** Keys that `details` must have. */
  readonly details?: readonly string[];
}

const table: readonly BadCall[] = [
  { name: 'malformed JSON', call: asProduct('{"type": "booking_created", '), status: 400, code: 'body_malformed' },
  { name: 'JSON that is no object', call: asProduct('[1, 2]'), status: 400, code: 'request_invalid', details: ['body'] },
  { name: 'an unknown field', call: asProduct({ ...event, colour: 'red' }), status: 400, code: 'request_invalid', details: ['colour'] },
  {
    name: 'an unknown field of an endpoint',
    path: webhooks,
    call: asUser({ ...endpoint, colour: 1 }),
    status: 400,
    code: 'request_invalid',
    details: ['colour'],
  },
  {
    name: 'a missing field',
    path: webhooks,
    call: asUser({ ...endpoint, name: undefined }),
    status: 400,
    code: 'request_invalid',
    details: ['name'],
  },
  {
    name: 'a body over the limit',
    call: asProduct({ ...event, data: { ...booking, title: 'x'.repeat(2_000_000) } }),
    status: 413,
    code: 'body_too_large',
    details: ['limit_bytes'],
  },
  {
    name: 'an unknown event type',
    call: asProduct({ ...event, type: 'booking_exploded' }),
    status: 400,
    code: 'event_type_unknown',
    details: ['type'],
  },
  { name: 'an unknown version', call: asProduct({ ...event, version: 99 }), status: 400, code: 'event_version_unknown', details: ['version'] },
  {
    name: 'an event that only Patchbay may announce',
    call: asProduct({ ...event, type: 'token_refreshed' }),
    status: 400,
    code: 'event_type_unknown',
    details: ['type'],
  },
  {
    name: 'a booking that ends before it starts',
    call: asProduct({ ...event, data: { ...booking, end_time: '2020-01-01T00:00:00Z' } }),
    status: 400,
    code: 'request_invalid',
    details: ['data.end_time'],
  },
  {
    name: 'a booking without an organiser',
    call: asProduct({ ...event, data: { ...booking, organizer: undefined } }),
    status: 400,
    code: 'request_invalid',
    details: ['data.organizer'],
  },
  {
    name: 'an unknown field of a booking',
    call: asProduct({ ...event, data: { ...booking, colour: 'red' } }),
    status: 400,
    code: 'request_invalid',
    details: ['data.colour'],
  },
  {
    name: 'one bad event among good ones',
    call: asProduct({ events: [event, { ...event, type: 'nope' }] }),
    status: 400,
    code: 'event_type_unknown',
    details: ['events.1.type'],
  },
  { name: 'an id that is none', call: asProduct({ ...event, id: 'seven' }), status: 400, code: 'request_invalid', details: ['id'] },
  { name: 'a missing token', call: { body: JSON.stringify(event) }, status: 401, code: 'unauthenticated' },
  { name: 'a token nobody issued', call: { ...asProduct(event), token: 'nonsense' }, status: 401, code: 'unauthenticated' },
  {
    name: 'a token with a forged signature',
    call: { ...asProduct(event), token: `${ada.token.slice(0, -8)}AAAAAAAA` },
    status: 401,
    code: 'unauthenticated',
  },
  { name: 'the token of a role that may not', call: { ...asProduct(event), token: grace.token }, status: 403, code: 'forbidden' },
  { name: 'an unknown path', method: 'GET', path: '/api/v1/nowhere/', call: { token: ada.token }, status: 404, code: 'not_found' },
  { name: 'an id that cannot be one', method: 'GET', path: `${webhooks}seven/`, call: { token: ada.token }, status: 404, code: 'not_found' },
  { name: 'an id nobody has', method: 'GET', path: `${webhooks}${nobody}/`, call: { token: ada.token }, status: 404, code: 'webhook_not_found' },
  { name: 'a wrong method', method: 'DELETE', call: { token: stack.serviceApiKey }, status: 405, code: 'method_not_allowed', details: ['allowed'] },
  { name: 'a wrong content type', call: { ...asProduct(event), contentType: 'text/plain' }, status: 415, code: 'media_type_unsupported' },
  {
    name: 'a query that is out of range',
    method: 'GET',
    path: `${webhooks}?limit=5000`,
    call: { token: ada.token },
    status: 400,
    code: 'request_invalid',
    details: ['limit'],
  },
  {
    name: 'an unknown query key',
    method: 'GET',
    path: `${webhooks}?colour=red`,
    call: { token: ada.token },
    status: 400,
    code: 'request_invalid',
    details: ['colour'],
  },
  {
    name: 'a webhook address inside the network',
    path: webhooks,
    call: asUser({ ...endpoint, webhook_url: 'http://169.254.169.254/latest/meta-data/' }),
    status: 400,
    code: 'webhook_url_not_allowed',
    details: ['webhook_url'],
  },
  {
    name: 'an event pattern that matches nothing',
    path: webhooks,
    call: asUser({ ...endpoint, events: ['nothing_like_this'] }),
    status: 400,
    code: 'event_type_unknown',
    details: ['events.0'],
  },
];

describe('bad input', () => {
  it.each(table)('$name is refused with $status $code', async ({ method = 'POST', path = events, call, status, code, details = [] }) => {
    const { status: got, body, headers } = await callRaw(method, path, call);

    expect([got, body['code']]).toEqual([status, code]);
    expect(String(headers['content-type'])).toContain('application/problem+json');
    expect(body).toMatchObject({ status, type: expect.stringContaining(code), title: expect.any(String), error: expect.any(String) });
    expect(body['request_id']).toBe(headers['x-request-id']);
    expect(Object.keys((body['details'] ?? {}) as object)).toEqual(expect.arrayContaining([...details]));
    expect(JSON.stringify(body)).not.toMatch(/node_modules|\bat .+:\d+:\d+/);
  });
});
