import type { EventResponse } from '@patchbay/capabilities';
import type { SeenEvent } from '@patchbay/capabilities/testing';
import { momentOf, parseCalendar, readCalendarTree, writeCalendarTree } from '@patchbay/icalendar';
import { request } from 'undici';
import { basicAuthorization } from '../_kit/keyed-call.js';
import type { CalendarPerson } from './caldav.fake-people.js';
import { guestsOf } from './caldav.guests.js';

/** What people see of a calendar, on any CalDAV server: beside us, with a program of their own. */
export interface CalendarOnlookers {
  seen(): Promise<readonly SeenEvent[]>;
  /** A guest's answer arrives in the owner's calendar. */
  respond(id: string, email: string, response: EventResponse): Promise<void>;
  /** The files of the calendar, by their addresses. */
  files(): Promise<ReadonlyMap<string, string>>;
}

const words = { accepted: 'ACCEPTED', tentative: 'TENTATIVE', declined: 'DECLINED', unanswered: 'NEEDS-ACTION' } as const;

/** The owner's calendar program, and what guests make it do. */
export const calendarOnlookers = ({ username, password, calendarUrl }: CalendarPerson): CalendarOnlookers => {
  const ask = async (
    method: string,
    url: string,
    more: { readonly headers?: Record<string, string>; readonly body?: string } = {},
  ): Promise<string> => {
    const headers = { authorization: basicAuthorization(username, password), ...more.headers };
    const answer = await request(url, { method: method as 'GET', headers, body: more.body ?? null });
    const said = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} was answered ${answer.statusCode}: ${said}`);
    return said;
  };
  const files = async (): Promise<ReadonlyMap<string, string>> => {
    const list = await ask('PROPFIND', calendarUrl, {
      headers: { depth: '1', 'content-type': 'application/xml' },
      body: '<d:propfind xmlns:d="DAV:"><d:prop><d:getetag/></d:prop></d:propfind>',
    });
    const found = [...list.matchAll(/<(?:\w+:)?href[^>]*>([^<]+)</g)].map(([, href = '']) => new URL(href, calendarUrl));
    const names = found.filter(({ pathname }) => !pathname.endsWith('/')).map(({ pathname }) => new URL(pathname, calendarUrl).href);
    const texts = await Promise.all(names.map(async (url) => [url, await ask('GET', url)] as const));
    return new Map(texts);
  };
  return {
    files,
    seen: async () => [...(await files()).values()].flatMap(seenIn),
    respond: async (id, email, response) => {
      const found = [...(await files())].find(([, text]) => parseCalendar(text).events.some((event) => event.id === id));
      if (found === undefined) throw new Error(`there is no ${id}`);
      const [url, text] = found;
      await ask('PUT', url, { headers: { 'content-type': 'text/calendar; charset=utf-8' }, body: answered(text, email, words[response]) });
    },
  };
};

const seenIn = (text: string): readonly SeenEvent[] => {
  const components = readCalendarTree(text).components.filter(({ name }) => name === 'VEVENT');
  return parseCalendar(text).events.map(({ id, title, start }, index) => {
    const event = components[index];
    return {
      id,
      title,
      startTime: new Date(momentOf(start, 'UTC')).toISOString(),
      guests: event === undefined ? [] : guestsOf(event).map(({ email }) => email),
    };
  });
};

const answered = (text: string, email: string, word: string): string => {
  const calendar = readCalendarTree(text);
  const isTheirs = (line: string): boolean => line.startsWith('ATTENDEE') && line.toLowerCase().includes(`mailto:${email}`);
  const components = calendar.components.map((component) => ({
    ...component,
    lines: component.lines.map((line) =>
      isTheirs(line) ? line.replace(/;PARTSTAT=[A-Z-]+/, '').replace(/^ATTENDEE/, `ATTENDEE;PARTSTAT=${word}`) : line,
    ),
  }));
  return writeCalendarTree({ ...calendar, components });
};
