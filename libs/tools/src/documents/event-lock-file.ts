import { eventCatalogLock } from '@patchbay/contracts';
import type { GeneratedFile } from './generated-file.js';

/** The published shapes of all events. A spec of the contracts fails as long as it differs from them. */
export const eventLockFile = (): GeneratedFile => ({ path: 'libs/contracts/src/event-catalog.lock.json', content: eventCatalogLock() });
