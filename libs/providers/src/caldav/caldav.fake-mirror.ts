import type { AccessToken, CalendarReadingCapability, ChangePage, ResourceChange } from '@patchbay/capabilities';

interface ReadCalendar {
  readonly reading: CalendarReadingCapability;
  readonly token: AccessToken;
  readonly calendarId: string;
}

/** Reads a calendar again and again, as a service does, and keeps the versions of what it was told. */
export class Mirror {
  cursor: string | null = null;
  /** Of the last reading. */
  pages: ChangePage[] = [];
  private readonly versions = new Map<string, string>();

  constructor(private readonly calendar: ReadCalendar) {}

  get changes(): readonly ResourceChange[] {
    return this.pages.flatMap(({ changes }) => changes);
  }

  async read(): Promise<void> {
    this.pages = [];
    const { reading, token, calendarId } = this.calendar;
    const known = async (resources: readonly string[]) =>
      new Map(
        resources
          .flatMap((resource) => [[resource, this.versions.get(resource)] as const])
          .filter((entry): entry is [string, string] => entry[1] !== undefined),
      );
    const window = { from: new Date('2027-01-01T00:00:00Z'), to: new Date('2028-01-01T00:00:00Z') };
    for await (const page of reading.read(token, { calendarId, cursor: this.cursor, window, known })) {
      this.pages.push(page);
      this.cursor = page.cursor;
      for (const change of page.changes) {
        if (change.kind === 'gone') this.versions.delete(change.resource);
        if (change.kind === 'present' && change.version !== null) this.versions.set(change.resource, change.version);
      }
    }
  }

  async readAfresh(): Promise<void> {
    this.cursor = null;
    await this.read();
  }
}

/** Nothing is known of the calendar yet. */
export const aMirror = (calendar: ReadCalendar): Mirror => new Mirror(calendar);
