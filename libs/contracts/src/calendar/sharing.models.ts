import { z } from 'zod';

/** What somebody may do with another's calendar: see when it is busy, read it, write into it, or all that its owner may. */
export const calendarRoles = ['free_busy', 'reader', 'writer', 'owner'] as const;

/** Somebody who may use a calendar. */
export const calendarShare = z.object({
  /** The provider's id of the permission. */
  id: z.string(),
  /** `everyone` has no address; that of a `domain` is the domain. */
  kind: z.enum(['user', 'group', 'domain', 'everyone']),
  email: z.string().nullable(),
  name: z.string().nullable(),
  role: z.enum(calendarRoles),
  /** False for what nobody can take away: the owner's own. */
  is_removable: z.boolean(),
});
/** Somebody who may use a calendar. */
export type CalendarShareView = z.output<typeof calendarShare>;
