import { defineRoute, forAdmins } from '../definitions/define-route.js';
import {
  consumingServices,
  getKeyRotation,
  listDeadLetters,
  replayDeadLetter,
  sealingServices,
  startKeyRotation,
  stopKeyRotation,
} from './operations.requests.js';

const tag = 'Operations';
const path = '/api/v1/admin/dead-letters';
const rotations = '/api/v1/admin/key-rotations';

/** One pair of paths for each service: a dead letter lives with the service that could not handle the event. */
const deadLetterRoutes = consumingServices.flatMap((service) => [
  defineRoute({
    method: 'GET',
    path: `${path}/${service}`,
    request: listDeadLetters(service),
    access: forAdmins,
    isInstallationWide: true,
    tag,
    summary: `Events that ${service} could not handle`,
  }),
  defineRoute({
    method: 'POST',
    path: `${path}/${service}/:id/replay`,
    request: replayDeadLetter(service),
    access: forAdmins,
    isInstallationWide: true,
    tag,
    summary: `Hand an event to ${service} once more`,
  }),
]);

/** Every service seals its own values. */
const keyRotationRoutes = sealingServices.flatMap((service) => [
  defineRoute({
    method: 'GET',
    path: `${rotations}/${service}`,
    request: getKeyRotation(service),
    access: forAdmins,
    isInstallationWide: true,
    liveWhile: ['running', 'verifying'],
    tag,
    summary: `How far ${service} is with sealing everything anew`,
  }),
  defineRoute({
    method: 'POST',
    path: `${rotations}/${service}`,
    request: startKeyRotation(service),
    access: forAdmins,
    isInstallationWide: true,
    status: 202,
    tag,
    summary: `Seal everything that ${service} keeps anew under the first master key`,
  }),
  defineRoute({
    method: 'POST',
    path: `${rotations}/${service}/stop`,
    request: stopKeyRotation(service),
    access: forAdmins,
    isInstallationWide: true,
    tag,
    summary: `Stop sealing anew in ${service}`,
  }),
]);

/** Paths for those who run the installation. */
export const operationsRoutes = [...deadLetterRoutes, ...keyRotationRoutes];
