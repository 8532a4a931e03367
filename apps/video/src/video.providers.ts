/** Injection token of the `ConfiguredProviders`. */
export const PROVIDERS = Symbol('PROVIDERS');
