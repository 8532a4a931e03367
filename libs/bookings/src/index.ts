export * from './account-rows.js';
export * from './booking-effects.js';
export * from './booking-intent.js';
export * from './booking-rows.js';
export * from './booking-steps.js';
export * from './bookings-worker.js';
export * from './configured-providers.js';
