export { aBooking, movedBooking } from './a-booking.js';
export type { PrivateNats } from '@patchbay/local-stack';
export { EventProbe, type Published, type TokenAnswer } from './event-probe.js';
export { createDatabase, type TestDatabase } from './test-database.js';
export { natsUrl, startNats } from './test-nats.js';
export { waitFor } from './wait-for.js';
