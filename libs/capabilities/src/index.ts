export * from './access-token.js';
export * from './calendar.js';
export * from './identity.js';
export * from './oauth.js';
export * from './outbound.js';
export * from './provider-error.js';
export * from './provider.js';
export * from './video.js';
