import { defineRoute, forAdmins } from '../definitions/define-route.js';
import { consumingServices, listDeadLetters, replayDeadLetter } from './operations.requests.js';

const tag = 'Operations';
const path = '/api/v1/admin/dead-letters';

/** One pair of paths for each service: a dead letter lives with the service that could not handle the event. */
export const operationsRoutes = consumingServices.flatMap((service) => [
  defineRoute({
    method: 'GET',
    path: `${path}/${service}`,
    request: listDeadLetters(service),
    access: forAdmins,
    tag,
    summary: `Events that ${service} could not handle`,
  }),
  defineRoute({
    method: 'POST',
    path: `${path}/${service}/:id/replay`,
    request: replayDeadLetter(service),
    access: forAdmins,
    tag,
    summary: `Hand an event to ${service} once more`,
  }),
]);
