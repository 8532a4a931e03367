import { activityRoutes } from './activity/activity.routes.js';
import { authRoutes } from './auth/auth.routes.js';
import { signInRoutes } from './auth/sign-in.routes.js';
import { blocksRoutes } from './calendar/blocks.routes.js';
import { calendarEventsRoutes } from './calendar/calendar-events.routes.js';
import { calendarRoutes } from './calendar/calendar.routes.js';
import { conflictsRoutes } from './calendar/conflicts.routes.js';
import { gapRoutes } from './calendar/gaps.routes.js';
import { sharingRoutes } from './calendar/sharing.routes.js';
import type { RouteContract } from './definitions/define-route.js';
import { ingressRoutes } from './ingress/ingress.routes.js';
import { operationsRoutes } from './operations/operations.routes.js';
import { videoRoutes } from './video/video.routes.js';
import { webhooksRoutes } from './webhooks/webhooks.routes.js';

/** Every path of the gateway that becomes a request. The gateway, the OpenAPI document, the client and the access tests all walk this list. */
export const routeCatalog: readonly RouteContract[] = [
  ...signInRoutes,
  ...authRoutes,
  ...calendarRoutes,
  ...calendarEventsRoutes,
  ...sharingRoutes,
  ...gapRoutes,
  ...blocksRoutes,
  ...conflictsRoutes,
  ...videoRoutes,
  ...webhooksRoutes,
  ...ingressRoutes,
  ...activityRoutes,
  ...operationsRoutes,
];
