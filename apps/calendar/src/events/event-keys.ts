import { v4 as uuidv4, v5 as uuidv5 } from 'uuid';

/** A calendar, as far as keys are its own. */
export interface KeyedCalendar {
  readonly accountId: string;
  readonly storedId: string;
}

/** Keys are made of what people choose, so that nobody can name an event of a booking, or one of another account. */
export const keyOf = ({ accountId, storedId }: KeyedCalendar, chosen: string): string => uuidv5(`${storedId} ${chosen}`, accountId);

/** A key for a creation. One that nobody chose is told when it may be needed: sent with the same creation again, it makes no second event. */
export const chooseKey = (sent: string | undefined): { readonly chosen: string; readonly givenKey: string | null } => {
  if (sent !== undefined) return { chosen: sent, givenKey: null };
  const given = uuidv4();
  return { chosen: given, givenKey: given };
};
