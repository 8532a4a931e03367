/**
 * What happens when somebody moves or deletes the event of a booking in their calendar: it is only announced, the booking follows, or the event is
 * written back as it was booked.
 */
export const bookingChangePolicies = ['announce', 'follow', 'restore'] as const;
/** One of the policies. */
export type BookingChangePolicy = (typeof bookingChangePolicies)[number];

/** What somebody did to the event of a booking; `restored`: what was announced before is undone. */
export const bookingChanges = ['moved', 'deleted', 'restored'] as const;
/** One of the changes. */
export type BookingChange = (typeof bookingChanges)[number];

/** What was done about it. `announced`: nothing else. */
export const bookingChangeActions = ['announced', 'followed', 'written_back'] as const;
/** One of the actions. */
export type BookingChangeAction = (typeof bookingChangeActions)[number];
