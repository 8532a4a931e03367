import { createHash } from 'node:crypto';
import type { FakeCollection, FakeItem } from '../_kit/fake.js';

/** What lists can say of what has changed. `etags`: nothing but the files as they are. */
export type SyncHabit = 'sync' | 'ctag' | 'etags';

/** A file in a calendar. */
export interface FakeFile {
  readonly name: string;
  readonly text: string;
  readonly etag: string;
  /** When it was written, in the order of all that was done in the calendar. */
  readonly sequence: number;
}

/** What stands in a calendar, and what stood there. */
export interface FakeCalendar {
  /** Its name in addresses. */
  readonly slug: string;
  readonly title: string;
  readonly component: 'VEVENT' | 'VTODO';
  readonly isWritable: boolean;
  readonly timeZone: string;
  readonly files: Map<string, FakeFile>;
  /** Names of deleted files, and when. */
  readonly gone: Map<string, number>;
  sequence: number;
  /** The principal of somebody else whose calendar it is. */
  owner: string | null;
}

/** Something that was done in a calendar. */
export type FakeFileChange = { readonly name: string; readonly sequence: number; readonly file: FakeFile | null };

/** The calendars of everybody on one server. */
export class FakeCalendars {
  syncHabit: SyncHabit = 'sync';
  /** Most files in one answer about changes. */
  changesMax = 5_000;
  /** True when files are kept in the server's own words, so that their writers are told no ETag of what they sent. */
  rewritesFiles = false;
  /** True when nobody may invite others: the server refuses every organizer. */
  refusesOrganizers = false;
  /** Tokens of an earlier age are no longer known. */
  age = 1;
  private readonly byEmail = new Map<string, readonly FakeCalendar[]>();

  of(email: string): readonly FakeCalendar[] {
    const known = this.byEmail.get(email);
    if (known !== undefined) return known;
    const made = samples();
    this.byEmail.set(email, made);
    return made;
  }

  find(email: string, slug: string): FakeCalendar | undefined {
    return this.of(email).find((calendar) => calendar.slug === slug);
  }

  put(calendar: FakeCalendar, name: string, text: string): FakeFile {
    calendar.sequence += 1;
    const etag = `"${createHash('sha256').update(`${calendar.sequence} ${text}`).digest('hex').slice(0, 16)}"`;
    const file = { name, text, etag, sequence: calendar.sequence };
    calendar.files.set(name, file);
    calendar.gone.delete(name);
    return file;
  }

  remove(calendar: FakeCalendar, name: string): boolean {
    if (!calendar.files.delete(name)) return false;
    calendar.sequence += 1;
    calendar.gone.set(name, calendar.sequence);
    return true;
  }

  /** In the order they happened; what happened twice to a file is told once. Without `since`: what is there. */
  changes(calendar: FakeCalendar, since: number | null): readonly FakeFileChange[] {
    const present = [...calendar.files.values()].map((file) => ({ name: file.name, sequence: file.sequence, file }));
    const gone = since === null ? [] : [...calendar.gone].map(([name, sequence]) => ({ name, sequence, file: null }));
    return [...present, ...gone].filter(({ sequence }) => sequence > (since ?? 0)).toSorted((one, other) => one.sequence - other.sequence);
  }

  /** As pages for people show it. */
  collectionsOf(email: string): readonly FakeCollection[] {
    return this.of(email).map(({ slug, title, files }) => ({ id: slug, title, items: [...files.values()].map(toItem) }));
  }

  reset(): void {
    this.byEmail.clear();
    this.age += 1;
  }
}

const samples = (): readonly FakeCalendar[] => [
  aCalendar({ slug: 'work', title: 'Work' }),
  aCalendar({ slug: 'private', title: 'Private' }),
  aCalendar({ slug: 'birthdays', title: 'Birthdays', isWritable: false }),
  aCalendar({ slug: 'tasks', title: 'Tasks', component: 'VTODO' }),
];

const aCalendar = (calendar: Pick<FakeCalendar, 'slug' | 'title'> & Partial<FakeCalendar>): FakeCalendar => ({
  component: 'VEVENT',
  isWritable: true,
  timeZone: 'Europe/Berlin',
  files: new Map(),
  gone: new Map(),
  sequence: 0,
  owner: null,
  ...calendar,
});

const toItem = ({ name, text }: FakeFile): FakeItem => {
  const unfolded = text.replaceAll(/\r?\n[ \t]/g, '');
  // Definitions of time zones have a DTSTART as well.
  const event = unfolded.slice(Math.max(0, unfolded.indexOf('BEGIN:VEVENT')));
  const value = (property: string): string | null => new RegExp(`^${property}(?:;[^:\\r\\n]*)?:(.*)$`, 'm').exec(event)?.[1]?.trim() ?? null;
  return {
    id: name,
    title: value('SUMMARY') ?? '(no title)',
    status: value('STATUS')?.toLowerCase() ?? 'confirmed',
    starts: value('DTSTART'),
    ends: value('DTEND'),
    link: null,
    notes: [value('RRULE') ?? ''].filter((note) => note !== ''),
  };
};
