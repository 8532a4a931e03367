import { defineRoute, forEveryone, forPeople } from '../definitions/define-route.js';
import { getConflict, listConflicts, listResolutions, overrideResolution, resolveConflict, resolveConflicts } from './conflicts.requests.js';

const tag = 'Calendars';
const conflicts = '/api/v1/integrations/calendar/conflicts';

/** Paths of conflicts and of decisions about them. */
export const conflictsRoutes = [
  defineRoute({
    method: 'GET',
    path: conflicts,
    request: listConflicts,
    access: forEveryone,
    tag,
    summary: 'Blocks, bookings and busy times that are at the same time',
  }),
  defineRoute({
    method: 'POST',
    path: `${conflicts}/resolve`,
    request: resolveConflicts,
    access: forPeople,
    tag,
    summary: 'Decide the same about several conflicts, or see what that would come to',
  }),
  defineRoute({
    method: 'GET',
    path: `${conflicts}/history`,
    request: listResolutions,
    access: forPeople,
    tag,
    summary: 'Decisions about conflicts',
  }),
  defineRoute({
    method: 'POST',
    path: `${conflicts}/history/:resolution_id/override`,
    request: overrideResolution,
    access: forPeople,
    tag,
    summary: 'Undo a decision, or decide otherwise',
  }),
  defineRoute({ method: 'GET', path: `${conflicts}/:id`, request: getConflict, access: forPeople, tag, summary: 'A conflict and what can be done' }),
  defineRoute({
    method: 'POST',
    path: `${conflicts}/:id/resolve`,
    request: resolveConflict,
    access: forPeople,
    tag,
    summary: 'Decide about a conflict',
  }),
] as const;
