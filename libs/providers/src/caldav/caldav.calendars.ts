import { ProviderError, type RemoteCalendar } from '@patchbay/capabilities';
import { toIanaZone } from '@patchbay/icalendar';
import { readingRequest, type CaldavAccount } from './caldav.account.js';
import { addressOf, isSamePath, isUntold, lastNameIn, pathOf, readMultistatus, textIn, type DavResource } from './caldav.multistatus.js';
import { caldavElement, childOf, childrenOf, dav, type XmlElement } from './caldav.xml.js';

const wanted = `<d:propfind xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop>
<d:resourcetype/><d:displayname/><d:current-user-privilege-set/>
<c:supported-calendar-component-set/><c:calendar-timezone/><c:calendar-timezone-id/><c:schedule-default-calendar-URL/>
</d:prop></d:propfind>`;

/**
 * Lists the calendars that events can be in, the one that invitations go to first.
 *
 * @throws ProviderError also when the server fails to say of anything there what it is: a calendar that is not in the list would be taken for gone.
 */
export const listCaldavCalendars = async (account: CaldavAccount): Promise<readonly RemoteCalendar[]> => {
  const { server } = account;
  const homeUrl = await account.findHome();
  const answer = await readingRequest(server, { method: 'PROPFIND', url: homeUrl, depth: '1', body: wanted, operation: 'caldav.calendars' });
  const { resources } = readMultistatus(server.provider, answer);
  requireWhole(server.provider, resources);
  const found = resources.filter(isForEvents).map((resource) => ({ path: resource.path, calendar: toCalendar(account, resource, answer.url) }));
  const default_ = defaultPathIn(resources, answer.url);
  const first =
    found.find(({ path }) => default_ !== null && isSamePath(path, default_)) ?? found.find(({ calendar }) => calendar.isWritable) ?? found[0];
  return found
    .map((each) => ({ ...each.calendar, isPrimary: each === first }))
    .toSorted((one, other) => Number(other.isPrimary) - Number(one.isPrimary));
};

/** A server answers for the whole home even when it cannot answer for each thing in it. https://www.rfc-editor.org/rfc/rfc4918#section-13 */
const requireWhole = (provider: string, resources: readonly DavResource[]): void => {
  for (const { status, untold } of resources) {
    const isFailure = (status !== null && isUntold(status)) || untold.has(dav('resourcetype'));
    if (isFailure) throw new ProviderError(provider, 'unavailable', { reason: 'partial_list' });
  }
};

/** True for a calendar, and not its like for tasks only, nor an address where invitations arrive. */
const isForEvents = ({ properties }: DavResource): boolean => {
  if (childOf(childOf(properties, dav('resourcetype')), caldavElement('calendar')) === undefined) return false;
  const components = childOf(properties, caldavElement('supported-calendar-component-set'));
  // Without the property everything may be in it. https://www.rfc-editor.org/rfc/rfc4791#section-5.2.3
  return components === undefined || components.children.length === 0 || components.children.some(({ attributes }) => isEvent(attributes['name']));
};

const isEvent = (component: string | undefined): boolean => component?.toUpperCase() === 'VEVENT';

const toCalendar = (account: CaldavAccount, { href, path, properties }: DavResource, base: string): RemoteCalendar => ({
  id: account.idOf(addressOf(href, base) ?? base),
  name: textIn(childOf(properties, dav('displayname'))) ?? lastNameIn(path),
  timeZone: timeZoneOf(properties),
  isPrimary: false,
  isWritable: isWritable(childOf(properties, dav('current-user-privilege-set'))),
});

// https://www.rfc-editor.org/rfc/rfc3744#section-3: each of these lets somebody put an event in, or holds one that does.
const writing: ReadonlySet<string> = new Set([dav('all'), dav('write'), dav('write-content'), dav('bind')]);

/** A server that says nothing of privileges has none to refuse. */
const isWritable = (privileges: XmlElement | undefined): boolean =>
  privileges === undefined || childrenOf(privileges, dav('privilege')).some(({ children }) => children.some(({ name }) => writing.has(name)));

/** The calendar that invitations are put into; the inbox names it. https://www.rfc-editor.org/rfc/rfc6638#section-9.2 */
const defaultPathIn = (resources: readonly DavResource[], base: string): string | null => {
  for (const { properties } of resources) {
    const href = textIn(childOf(childOf(properties, caldavElement('schedule-default-calendar-URL')), dav('href')));
    if (href !== null) return pathOf(href, base);
  }
  return null;
};

/** By its name (RFC 7809 section 5.2), or out of the definition that stands there instead. */
export const timeZoneOf = (properties: XmlElement): string | null => {
  const definition = (textIn(childOf(properties, caldavElement('calendar-timezone'))) ?? '').replaceAll(/\r?\n[ \t]/g, '');
  const named = (property: string): string => new RegExp(`^${property}(?:;[^:\\r\\n]*)?:(.+)$`, 'im').exec(definition)?.[1]?.trim() ?? '';
  const names = [textIn(childOf(properties, caldavElement('calendar-timezone-id'))) ?? '', named('X-LIC-LOCATION'), named('TZID')];
  return names.flatMap(spellingsOf).find((zone) => zone !== null) ?? null;
};

/** A zone's name may stand behind a maker's: `/freeassociation.sourceforge.net/Europe/Berlin`. */
const spellingsOf = (name: string): readonly (string | null)[] => {
  if (name === '') return [];
  const parts = name.split('/');
  return [name, parts.slice(-3).join('/'), parts.slice(-2).join('/')].map(toIanaZone);
};
