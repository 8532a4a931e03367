import { defineRoute, forPeople } from '../definitions/define-route.js';
import { listActivity } from './activity.requests.js';

/** The path of the activity log. */
export const activityRoutes = [
  defineRoute({
    method: 'GET',
    path: '/api/v1/integrations/logs',
    request: listActivity,
    access: forPeople,
    tag: 'Monitoring',
    summary: 'What Patchbay did for you, step by step',
  }),
] as const;
