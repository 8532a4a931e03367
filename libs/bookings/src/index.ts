export * from './account-rows.js';
export * from './booking-intent.js';
export * from './booking-rows.js';
export * from './booking-steps.js';
