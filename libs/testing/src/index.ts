export type { PrivateNats } from '@patchbay/local-stack';
export { createDatabase, type TestDatabase } from './test-database.js';
export { natsUrl, startNats } from './test-nats.js';
