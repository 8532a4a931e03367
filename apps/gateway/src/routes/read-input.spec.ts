import { AppError, routeCatalog, type RouteContract } from '@patchbay/contracts';
import { cookiesUsed, readInput } from './read-input.js';

const routeOf = (method: string, path: string): RouteContract => {
  const route = routeCatalog.find((candidate) => candidate.method === method && candidate.path === path);
  if (route === undefined) throw new Error(`no route ${method} ${path}`);
  return route;
};

const endpoint = '/api/v1/integrations/webhooks/:id';
const id = '0198f2a4-0000-7000-8000-0000000000e1';
const parts = { params: {}, query: {}, body: undefined, header: () => undefined, cookie: () => undefined };
const whole = { name: 'CRM', webhook_url: 'https://crm.example.com', events: ['booking_*'] };

const failureOf = (work: () => unknown): AppError => {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error;
  }
  throw new Error('it was accepted');
};

describe('readInput', () => {
  it('puts path, query and body together, and the path wins', () => {
    const input = readInput(routeOf('PATCH', endpoint), { ...parts, params: { id }, body: { id: 'other', name: 'CRM' } });

    expect(input).toEqual({ id, name: 'CRM' });
  });

  it('drops read-only keys, so that a resource that was read can be sent back whole', () => {
    const body = { ...whole, id: 'x', created_at: 'y', updated_at: 'z', has_secret: true, disabled_reason: null };

    expect(readInput(routeOf('PUT', endpoint), { ...parts, params: { id }, body })).toMatchObject({ id, name: 'CRM', retry_failed: true });
  });

  it('names every field at fault', () => {
    const failure = failureOf(() => readInput(routeOf('POST', '/api/v1/integrations/webhooks'), { ...parts, body: { name: '', colour: 'red' } }));

    expect(failure.code).toBe('request_invalid');
    expect(Object.keys(failure.details).sort()).toEqual(['colour', 'events', 'name', 'webhook_url']);
    expect(failure.details['colour']).toBe('is not a known field');
    expect(failure.details['events']).toBe('is required');
  });

  it('speaks of the alternative that fits best', () => {
    const events = [{ type: 'booking_created', data: {} }, { data: {} }];
    const failure = failureOf(() => readInput(routeOf('POST', '/api/v1/events'), { ...parts, body: { events } }));

    expect(failure.details).toEqual({ 'events.1.type': 'is required' });
  });

  it('takes an id that cannot be one for a path that is not there', () => {
    expect(failureOf(() => readInput(routeOf('GET', endpoint), { ...parts, params: { id: '42' } })).code).toBe('not_found');
  });

  it('refuses a body that is no object', () => {
    const failure = failureOf(() => readInput(routeOf('POST', '/api/v1/integrations/webhooks'), { ...parts, body: [whole] }));

    expect(failure.details).toEqual({ body: 'must be a JSON object' });
  });

  it('names a header that does not go with the body by its own name', () => {
    const header = (name: string): string | undefined => (name === 'idempotency-key' ? id : undefined);
    const failure = failureOf(() => readInput(routeOf('POST', '/api/v1/events'), { ...parts, header, body: { events: [{ type: 'a', data: {} }] } }));

    expect(failure.details).toEqual({ 'idempotency-key': 'does not go with this body' });
  });

  it.each(['a\u0000b', 'half an emoji \ud83d'])('refuses text that no database keeps (%j)', (name) => {
    const failure = failureOf(() => readInput(routeOf('POST', '/api/v1/integrations/webhooks'), { ...parts, body: { ...whole, name } }));

    expect(failure.details).toEqual({ name: 'must be whole Unicode text without NUL' });
  });

  it('fills the id of an event from Idempotency-Key, unless the body has one', () => {
    const route = routeOf('POST', '/api/v1/events');
    const event = { type: 'booking_created', data: {} };
    const header = (name: string): string | undefined => (name === 'idempotency-key' ? id : undefined);
    const own = '0198f2a4-0000-7000-8000-0000000000e2';

    expect(readInput(route, { ...parts, header, body: event })).toMatchObject({ id });
    expect(readInput(route, { ...parts, header, body: { ...event, id: own } })).toMatchObject({ id: own });
  });

  it('takes what the path stands for over whatever is sent', () => {
    const route = routeOf('POST', '/api/integrations/google-drive/oauth-callback');
    const body = { code: 'c', redirect_uri: 'http://localhost:3000/', provider: 'zoom', integration_type: 'video' };

    expect(readInput(route, { ...parts, query: { provider: 'zoom' }, body })).toMatchObject({
      provider: 'google_drive',
      integration_type: 'storage',
    });
  });

  describe('with cookies', () => {
    const refresh = routeOf('POST', '/api/v1/auth/refresh');
    const finish = routeOf('POST', '/api/integrations/oauth/:provider/callback');
    const cookies: Readonly<Record<string, string>> = { patchbay_refresh: 'from-cookie', patchbay_flow: 'bound' };
    const withCookies = { ...parts, cookie: (name: string) => cookies[name] };

    it('fills a key from its cookie, unless the body has one, and says which were used', () => {
      expect(readInput(refresh, withCookies)).toEqual({ refresh_token: 'from-cookie' });
      expect(cookiesUsed(refresh, withCookies)).toEqual(['patchbay_refresh']);
      const body = { refresh_token: 'from-body' };

      expect(readInput(refresh, { ...withCookies, body })).toEqual(body);
      expect(cookiesUsed(refresh, { ...withCookies, body })).toEqual([]);
    });

    it('takes an empty cookie for none', () => {
      expect(failureOf(() => readInput(refresh, { ...parts, cookie: () => '' })).details).toEqual({ refresh_token: 'is required' });
    });

    it('names a cookie at fault by its own name', () => {
      expect(Object.keys(failureOf(() => readInput(refresh, { ...parts, cookie: () => 'x'.repeat(501) })).details)).toEqual(['patchbay_refresh']);
    });

    it.each(['flow_binding', 'origin', 'user_agent'])('hears %s from the browser only, never from the page', (key) => {
      const params = { provider: 'google' };
      const body = { code: 'c', state: 's' };
      const forgeries = [
        { body: { ...body, [key]: 'forged' }, query: {} },
        { body, query: { [key]: 'forged' } },
      ];

      for (const forged of forgeries) {
        const failure = failureOf(() => readInput(finish, { ...withCookies, ...forged, params }));
        expect([failure.code, failure.details]).toEqual(['request_invalid', { [key]: 'is not a known field' }]);
      }
      expect(readInput(finish, { ...withCookies, params, body, header: (name) => (name === 'origin' ? 'http://a' : undefined) })).toEqual({
        ...params,
        ...body,
        flow_binding: 'bound',
        origin: 'http://a',
      });
    });
  });
});
