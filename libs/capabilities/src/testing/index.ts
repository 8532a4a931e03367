export * from './calendar.contract.js';
export * from './credentials.contract.js';
export * from './identity.contract.js';
export * from './inbound.contract.js';
export * from './oauth.contract.js';
export * from './situations.js';
export * from './video.contract.js';
