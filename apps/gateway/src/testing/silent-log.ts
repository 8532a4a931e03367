import { createLogger } from '@patchbay/service-kit';

/** Says nothing. */
export const silentLog = createLogger('gateway', 'silent');
