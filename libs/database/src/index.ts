export * from './database.js';
export * from './leased-rows.js';
export * from './outbox.js';
export * from './page.js';
export * from './platform-tables.js';
export * from './postgres-rate-limiter.js';
export * from './transaction.js';
export * from './work-loop.js';
