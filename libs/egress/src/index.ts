export { allowedTargets } from './allowed-targets.js';
export { AddressNotAllowedError, EgressGuard, type Connector, type EgressRules } from './egress-guard.js';
export { NameNotResolvedError, nameResolver, type Resolve, type ResolvedAddress, type ResolverOptions } from './name-resolver.js';
