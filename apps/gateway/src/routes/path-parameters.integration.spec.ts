import { getCalendarEvent, listCalendarShares, type CalendarEvent } from '@patchbay/contracts';
import { ada } from '../testing/fake-services.js';
import { startGatewayStack, type GatewayStack } from '../testing/gateway-stack.js';

const account = `/api/v1/integrations/calendar/${ada}`;

const anEvent: CalendarEvent = {
  id: 'e',
  calendar_id: 'c',
  title: 'Consultation',
  start_time: '2027-03-01',
  end_time: '2027-03-02',
  time_zone: null,
  is_all_day: true,
  attendees: [],
  location: '',
  description: '',
  recurrence: [],
  reminders: null,
  is_free: false,
  visibility: 'default',
  conference: null,
  status: 'confirmed',
  organizer: null,
  series_id: null,
  original_start: null,
  html_link: null,
  version: null,
};

describe('ids in paths', () => {
  let stack: GatewayStack;
  let bearer: string;

  beforeAll(async () => {
    stack = await startGatewayStack();
    stack.services.answer(getCalendarEvent, () => anEvent);
    stack.services.answer(listCalendarShares, () => ({ items: [] }));
    await stack.services.settled();
    bearer = await stack.services.token();
  });
  afterAll(() => stack.stop());

  it.each([
    ['the address of a file', '/calendars/ada/home/1f2e%20x.ics'],
    ['one that ends with a slash', '/calendars/ada/home/'],
    ['percent signs that mean nothing', '100%/50%25'],
    ['words of the path itself', 'events/acl/../batch'],
    ['letters of any script, and what addresses are made of', 'ä日本?#&=+;:@ "\\'],
    ['a long one', `/calendars/${'a/'.repeat(900)}`],
  ])('arrive as they are, with and without a slash behind them: %s', async (_what, id) => {
    for (const end of ['', '/']) {
      const { status } = await stack.call('GET', `${account}/events/${encodeURIComponent(id)}${end}`, { bearer });
      const { status: ofShares } = await stack.call('GET', `${account}/calendars/${encodeURIComponent(id)}/acl${end}`, { bearer });

      expect([status, ofShares]).toEqual([200, 200]);
      expect(stack.services.asked(getCalendarEvent).at(-1)?.input).toEqual({ id: ada, event_id: id, calendar_id: 'primary' });
      expect(stack.services.asked(listCalendarShares).at(-1)?.input).toEqual({ id: ada, calendar_id: id });
    }
  });

  it.each([
    ['a lone percent sign', '%'],
    ['digits that are none', '%zz'],
    ['half a letter', '%c3'],
    ['a NUL', '%00'],
    ['longer than any', 'x'.repeat(2_001)],
  ])('are nothing when they cannot be one: %s', async (_what, id) => {
    const paths = [`${account}/events/${id}/`, `${account}/calendars/primary/acl/${id}/`, `${account}/calendars/${id}/acl/c/`];
    for (const path of paths) expect([400, 404, 405]).toContain((await stack.call('DELETE', path, { bearer })).status);
  });
});
