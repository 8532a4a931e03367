import type { EventResponse, RespondingGuest } from '@patchbay/capabilities';
import { isNamed, propertyNamed, readProperty, valueLine, writableText, type CalendarComponent, type CalendarProperty } from '@patchbay/icalendar';

/** Somebody who shall be invited; what is not said of them stays as it is. */
export interface WantedGuest {
  readonly email: string;
  readonly name: string | null;
  readonly isOptional?: boolean;
}

/** An address as it is compared. */
export const addressKey = (address: string): string =>
  address
    .trim()
    .toLowerCase()
    .replace(/^mailto:/, '');

/** iCloud writes paths of its own for addresses, and those as a parameter. */
const addressOf = ({ parameters, value }: CalendarProperty): string =>
  /^mailto:/i.test(value.trim()) ? value.trim().slice('mailto:'.length) : (parameters['EMAIL'] ?? value.trim());

/** Who invites to an event. */
export const organizerOf = (component: CalendarComponent): { readonly email: string; readonly name: string | null } | null => {
  const organizer = propertyNamed(component, 'ORGANIZER');
  return organizer === undefined ? null : { email: addressOf(organizer), name: organizer.parameters['CN'] || null };
};

const responses: Readonly<Record<string, EventResponse>> = {
  ACCEPTED: 'accepted',
  TENTATIVE: 'tentative',
  DECLINED: 'declined',
  DELEGATED: 'declined',
};

const attendeeLines = ({ lines }: CalendarComponent): readonly string[] => lines.filter((line) => isNamed(line, 'ATTENDEE'));

/** Who is invited to an event. Servers put the organizer among the guests; they invite, and are not told here. */
export const guestsOf = (component: CalendarComponent): readonly RespondingGuest[] => {
  const organizer = addressKey(organizerOf(component)?.email ?? '');
  return attendeeLines(component)
    .map(readProperty)
    .filter((attendee) => addressKey(addressOf(attendee)) !== organizer)
    .map((attendee) => ({
      email: addressOf(attendee),
      name: attendee.parameters['CN'] || null,
      isOptional: /^(OPT|NON)-PARTICIPANT$/i.test(attendee.parameters['ROLE'] ?? ''),
      response: responses[(attendee.parameters['PARTSTAT'] ?? '').toUpperCase()] ?? 'unanswered',
    }));
};

/**
 * The event with these guests. Those who stay keep their lines, with what they answered; the same object when nothing is different.
 *
 * Only who is named as its organizer has invitations sent, by servers that send any: without an address of their own nobody is.
 * https://www.rfc-editor.org/rfc/rfc6638#section-3.2.1
 */
export const withGuests = (component: CalendarComponent, wanted: readonly WantedGuest[], ownAddress: string | null): CalendarComponent => {
  const known = new Map(attendeeLines(component).map((line) => [addressKey(addressOf(readProperty(line))), line]));
  const organizer = organizerOf(component);
  const host = addressKey(organizer?.email ?? ownAddress ?? '');
  const guests = new Map(wanted.filter(({ email }) => addressKey(email) !== host).map((guest) => [addressKey(guest.email), guest]));
  const hostLine = guests.size === 0 ? undefined : known.get(host);
  const lines = [...(hostLine === undefined ? [] : [hostLine]), ...[...guests].map(([key, guest]) => lineOf(guest, known.get(key)))];
  const before = attendeeLines(component);
  // In whatever order: servers have their own.
  if (lines.toSorted().join('\n') === before.toSorted().join('\n')) return component;
  const others = component.lines.filter((line) => !isNamed(line, 'ATTENDEE'));
  if (lines.length === 0) {
    // Whom nobody invites to is no organizer, unless somebody else made it theirs.
    const isOwn = organizer !== null && ownAddress !== null && addressKey(organizer.email) === addressKey(ownAddress);
    return { ...component, lines: isOwn ? others.filter((line) => !isNamed(line, 'ORGANIZER')) : others };
  }
  const organizing = organizer === null && ownAddress !== null ? [valueLine('ORGANIZER', `mailto:${ownAddress}`)] : [];
  return { ...component, lines: [...others, ...organizing, ...lines] };
};

const lineOf = ({ email, name, isOptional }: WantedGuest, known: string | undefined): string => {
  const address = `mailto:${writableText(email).replaceAll(/\s/g, '')}`;
  if (known === undefined) {
    const role = isOptional === true ? 'OPT-PARTICIPANT' : 'REQ-PARTICIPANT';
    return valueLine('ATTENDEE', address, {
      ...(name !== null && { CN: name }),
      CUTYPE: 'INDIVIDUAL',
      ROLE: role,
      PARTSTAT: 'NEEDS-ACTION',
      RSVP: 'TRUE',
    });
  }
  const { parameters, value } = readProperty(known);
  const wasOptional = /^(OPT|NON)-PARTICIPANT$/i.test(parameters['ROLE'] ?? '');
  const isRenamed = name !== null && parameters['CN'] !== writableText(name);
  if (!isRenamed && (isOptional === undefined || isOptional === wasOptional)) return known;
  const role = isOptional === undefined || isOptional === wasOptional ? {} : { ROLE: isOptional ? 'OPT-PARTICIPANT' : 'REQ-PARTICIPANT' };
  return valueLine('ATTENDEE', value, { ...parameters, ...(name !== null && { CN: name }), ...role });
};
