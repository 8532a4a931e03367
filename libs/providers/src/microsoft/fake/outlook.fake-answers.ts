import type { FakeRequest, FakeResponse } from '../../_kit/fake.js';
import { jsonAnswer } from '../../_kit/fake-http.js';
import { graphError } from '../microsoft.fake-errors.js';
import type { OutlookCalendars } from './outlook.fake-calendars.js';
import type { DeltaHabits } from './outlook.fake-delta.js';
import type { WritingHabits } from './outlook.fake-event-writes.js';
import type { GraphAnswer } from './outlook.fake-events.js';

/** A call of Outlook's part of Graph, by somebody with these permissions. */
export interface OutlookCall {
  readonly request: FakeRequest;
  readonly email: string;
  readonly scopes: readonly string[];
  readonly calendars: OutlookCalendars;
  readonly habits: DeltaHabits & WritingHabits;
}

/** What Outlook refuses with. */
export const failures = {
  accessDenied: () => graphError(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.'),
  itemNotFound: () => graphError(404, 'ErrorItemNotFound', 'The specified object was not found in the store.'),
  malformedId: () => graphError(400, 'ErrorInvalidIdMalformed', 'Id is malformed.'),
  invalid: (message: string) => graphError(400, 'ErrorInvalidParameter', message),
  duplicateTransaction: () =>
    graphError(409, 'ErrorDuplicateTransactionId', 'The TransactionId specified in the request has already been used to create a different event.'),
  invalidProperty: () => graphError(400, 'ErrorPropertyValidationFailure', 'At least one property failed validation.'),
  unknownTimeZone: () => graphError(400, 'TimeZoneNotSupportedException', 'A valid TimeZone value must be specified.'),
  syncStateNotFound: () => graphError(410, 'SyncStateNotFound', 'The sync state generation is not found; generation=1;[highest=2].'),
};

/** A list with `$top`, `$skip` and `$select`, and a link to what is left of it. */
export const listAnswer = ({ request, habits }: OutlookCall, all: readonly GraphAnswer[], context: string): FakeResponse => {
  const { query } = request;
  const [top, skip] = [Number(query.get('$top') ?? 10), Number(query.get('$skip') ?? 0)];
  if (!Number.isInteger(top) || !Number.isInteger(skip) || top < 1 || top > 1_000 || skip < 0)
    return failures.invalid('$top and $skip must be numbers.');
  const size = Math.min(top, habits.pageMax);
  const value = all.slice(skip, skip + size);
  const next = new URLSearchParams(query);
  next.set('$skip', String(skip + size));
  return jsonAnswer(200, {
    '@odata.context': `${request.baseUrl}/v1.0/$metadata#${context}`,
    value: value.map((item) => selected(request, item)),
    ...(skip + size < all.length ? { '@odata.nextLink': `${request.baseUrl}${request.path}?${next.toString()}` } : {}),
  });
};

/** An object with the properties that are asked for. */
export const selected = ({ query }: FakeRequest, item: GraphAnswer): GraphAnswer => {
  const fields = query.get('$select')?.split(',');
  return fields === undefined ? item : Object.fromEntries(Object.entries(item).filter(([name]) => fields.includes(name) || name.startsWith('@')));
};
