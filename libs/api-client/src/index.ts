export { PatchbayApiError } from './patchbay-api-error.js';
export { PatchbayClient, type CallOptions, type FetchLike, type PatchbayClientOptions } from './patchbay-client.js';
