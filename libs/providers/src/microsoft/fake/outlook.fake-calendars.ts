import { createHash, randomBytes } from 'node:crypto';
import type { FakeCollection, FakeLedger } from '../../_kit/fake.js';
import { organization, type StoredPermission } from './outlook.fake-permissions.js';
import { emptyFields, shownIn, type EventFields, type StoredEvent } from './outlook.fake-events.js';

/** One calendar with its events. */
export interface StoredCalendar {
  readonly id: string;
  /** Whose account lists it. */
  readonly email: string;
  readonly name: string;
  /** Whose it is: somebody else's when it was shared. */
  readonly owner: { readonly name: string; readonly address: string };
  readonly isDefault: boolean;
  readonly canEdit: boolean;
  readonly events: Map<string, StoredEvent>;
  /** By their ids. */
  readonly permissions: Map<string, StoredPermission>;
  /** Grows with every change; delta tokens are positions in it. */
  revision: number;
}

/** A calendar and one of its events. */
export interface EventPlace {
  readonly calendar: StoredCalendar;
  readonly event: StoredEvent;
}

/** Calendars of every account, and the ways to change them. */
export interface OutlookCalendars {
  ofAccount(email: string): readonly StoredCalendar[];
  find(email: string, calendarId: string): StoredCalendar | null;
  add(calendar: StoredCalendar, fields: Partial<EventFields> & Pick<EventFields, 'start' | 'end'>): StoredEvent;
  /** Changes an event; the exceptions of a series go when it begins to recur otherwise, as at Microsoft. */
  change(place: EventPlace, fields: Partial<EventFields>): StoredEvent;
  remove(place: EventPlace): void;
  /** Makes the occurrence of a day different, or takes it away. */
  except(place: EventPlace, date: string, fields: 'deleted' | Partial<EventFields>): StoredEvent;
  reset(): void;
}

/** Creates the calendars. Every account has one of its own, a second one, and one that somebody else shared with it to be read. */
export const createOutlookCalendars = (now: () => Date, ledger: FakeLedger, onChange: OnChange = () => undefined): OutlookCalendars =>
  new Calendars(now, ledger, onChange);

/** Told of every change of an event. */
type OnChange = (place: EventPlace, change: 'created' | 'updated' | 'deleted') => void;

const changes = { 'event.created': 'created', 'event.changed': 'updated', 'event.deleted': 'deleted' } as const;

class Calendars implements OutlookCalendars {
  private readonly byAccount = new Map<string, readonly StoredCalendar[]>();

  constructor(
    private readonly now: () => Date,
    private readonly ledger: FakeLedger,
    private readonly onChange: OnChange,
  ) {}

  ofAccount(email: string): readonly StoredCalendar[] {
    const own = this.byAccount.get(email) ?? sampleCalendars(email);
    this.byAccount.set(email, own);
    const shared = this.everyOwn((calendar) => calendar.permissions.size > 1 && calendar.email !== email);
    return [...own, ...shared.flatMap((calendar) => sharedWith(calendar, email))];
  }

  find(email: string, calendarId: string): StoredCalendar | null {
    return this.ofAccount(email).find(({ id }) => id === calendarId) ?? null;
  }

  add(calendar: StoredCalendar, fields: Parameters<OutlookCalendars['add']>[1]): StoredEvent {
    const created = this.now().toISOString();
    const id = `AAMkEvt${randomBytes(48).toString('base64url')}=`;
    const event = this.store(calendar, { id, created, isRemoved: false, fields: { ...emptyFields, ...fields }, exceptions: new Map() });
    this.record('event.created', { calendar, event });
    return event;
  }

  change({ calendar, event }: EventPlace, change: Partial<EventFields>): StoredEvent {
    const fields = { ...event.fields, ...change };
    const moves = change.recurrence !== undefined || change.start !== undefined || change.end !== undefined;
    const changed = this.store(calendar, { ...event, fields, exceptions: moves ? new Map() : event.exceptions });
    this.record('event.changed', { calendar, event: changed });
    return changed;
  }

  remove({ calendar, event }: EventPlace): void {
    const removed = this.store(calendar, { ...event, isRemoved: true });
    this.record('event.deleted', { calendar, event: removed });
  }

  except({ calendar, event }: EventPlace, date: string, fields: 'deleted' | Partial<EventFields>): StoredEvent {
    const known = event.exceptions.get(date);
    const exception = fields === 'deleted' || known === undefined || known === 'deleted' ? fields : { ...known, ...fields };
    const changed = this.store(calendar, { ...event, exceptions: new Map([...event.exceptions, [date, exception]]) });
    this.record('event.changed', { calendar, event: changed });
    return changed;
  }

  reset(): void {
    this.byAccount.clear();
  }

  private store(calendar: StoredCalendar, event: Omit<StoredEvent, 'revision' | 'modified'>): StoredEvent {
    calendar.revision += 1;
    const stored = { ...event, modified: this.now().toISOString(), revision: calendar.revision };
    calendar.events.set(event.id, stored);
    return stored;
  }

  /** The calendar as its owner's account lists it, and as those do that it was shared with. */
  private listingsOf({ events }: StoredCalendar): readonly StoredCalendar[] {
    const [own] = this.everyOwn((calendar) => calendar.events === events);
    if (own === undefined) return [];
    const readers = [...own.permissions.values()].flatMap(({ address }) => (address === null ? [] : [address.toLowerCase()]));
    return [own, ...readers.flatMap((email) => sharedWith(own, email))];
  }

  /** Looked for in thousands of accounts at every call, of which hardly one shares anything. */
  private everyOwn(isMeant: (calendar: StoredCalendar) => boolean): readonly StoredCalendar[] {
    const found: StoredCalendar[] = [];
    for (const calendars of this.byAccount.values()) for (const calendar of calendars) if (isMeant(calendar)) found.push(calendar);
    return found;
  }

  private record(kind: keyof typeof changes, { calendar, event }: EventPlace): void {
    const { subject, start, end, showAs, attendees, transactionId, recurrence } = event.fields;
    const details = {
      calendar_id: calendar.id,
      subject,
      start,
      end,
      show_as: showAs,
      attendees,
      recurrence,
      exceptions: [...event.exceptions.keys()],
    };
    for (const listed of this.listingsOf(calendar)) this.onChange({ calendar: listed, event }, changes[kind]);
    this.ledger.record({ provider: 'microsoft', kind, id: event.id, key: transactionId ?? event.id, account: calendar.email, details });
  }
}

/** A calendar as the pages of the sandbox show it; of a series, its next year. */
export const toCollection = ({ id, name, events }: StoredCalendar, now: Date): FakeCollection => {
  const view = { fromMs: now.getTime() - monthMs, toMs: now.getTime() + 12 * monthMs };
  const items = [...events.values()].flatMap((event) =>
    shownIn(event, event.fields.recurrence === null ? always : view).map(({ id: itemId, fields }) => ({
      id: itemId,
      title: fields.subject === '' ? '(no title)' : fields.subject,
      status: fields.isCancelled ? 'cancelled' : fields.showAs,
      starts: `${fields.start.dateTime} ${fields.start.timeZone}`,
      ends: `${fields.end.dateTime} ${fields.end.timeZone}`,
      link: fields.location.displayName === '' ? null : fields.location.displayName,
      notes: fields.attendees.map(({ emailAddress }) => emailAddress.address),
    })),
  );
  return { id, title: name, items };
};

const monthMs = 30 * 86_400_000;
const always = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };

const sampleCalendars = (email: string): readonly StoredCalendar[] => {
  const own = { name: email, address: email };
  const calendar = (name: string, part: Partial<StoredCalendar> = {}): StoredCalendar => ({
    id: `AAMkCal${createHash('sha256').update(`outlook ${email} ${name}`).digest('base64url')}=`,
    email,
    name,
    owner: own,
    isDefault: false,
    canEdit: true,
    events: new Map(),
    permissions: new Map(part.canEdit === false ? [] : [organization(part.isDefault === true)]),
    revision: 0,
    ...part,
  });
  return [
    calendar('Team', { canEdit: false, owner: { name: 'Tina Team', address: 'tina.team@example.com' } }),
    calendar('Calendar', { isDefault: true }),
    calendar('Work'),
  ];
};

const readers: readonly string[] = ['read', 'write', 'delegateWithoutPrivateEventAccess', 'delegateWithPrivateEventAccess'];

/** A calendar as the account lists it that it was shared with: under another id, with the same events. */
const sharedWith = (calendar: StoredCalendar, email: string): readonly StoredCalendar[] => {
  const permission = [...calendar.permissions.values()].find(({ address }) => address?.toLowerCase() === email.toLowerCase());
  if (permission === undefined || !readers.includes(permission.role)) return [];
  return [
    {
      ...calendar,
      id: `AAMkShr${createHash('sha256').update(`${calendar.id} ${email}`).digest('base64url')}=`,
      email,
      name: calendar.owner.name,
      isDefault: false,
      canEdit: permission.role !== 'read',
      get revision() {
        return calendar.revision;
      },
      set revision(value) {
        calendar.revision = value;
      },
    },
  ];
};
