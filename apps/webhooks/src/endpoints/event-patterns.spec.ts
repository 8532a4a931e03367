import { checkEventPatterns, firstMatchingEvent, likeOf } from './event-patterns.js';
import { headerFaults } from './header-names.js';

describe('event patterns', () => {
  it.each(['*', 'booking_*', '*_created', 'booking_created', 'b*k*g_*d', 'calendar_event_*'])('%s is understood', (pattern) => {
    expect(firstMatchingEvent([pattern])).toBeDefined();
  });

  it.each(['booking_creatd', 'nothing_*', 'activity_recorded', 'booking_created*x', '*booking'])(
    '%s is refused, because it would wait in silence',
    (pattern) => {
      expect(() => checkEventPatterns(['*', pattern])).toThrow(
        expect.objectContaining({ code: 'event_type_unknown', details: { 'events.1': 'matches no event type' } }),
      );
    },
  );

  it('become LIKE patterns in which an underscore is an underscore', () => {
    expect(likeOf('booking_*')).toBe('booking\\_%');
  });
});

describe('headerFaults', () => {
  it.each([
    'Host',
    'content-length',
    'Transfer-Encoding',
    'connection',
    'TE',
    'upgrade',
    'expect',
    'keep-alive',
    'Proxy-Authorization',
    'cookie',
    'webhook-id',
    'Webhook-Signature',
    'content-type',
    'User-Agent',
    'traceparent',
    'TraceState',
    'Forwarded',
    'X-Forwarded-For',
    'X-Real-IP',
    'True-Client-IP',
    'CF-Connecting-IP',
    'X-Amz-Security-Token',
  ])('refuses %s', (name) => {
    expect(headerFaults({ [name]: 'x' })).toEqual({ [`headers.${name}`]: 'is set by Patchbay and cannot be replaced' });
  });

  it('leaves the customer what is theirs', () => {
    expect(headerFaults({ Authorization: 'Bearer x', 'X-Tenant': '1' })).toEqual({});
  });
});
