import type { Capabilities, CapabilityName, Provider } from '@patchbay/capabilities';
import { google } from './google/google.provider.js';
import { zoom } from './zoom/zoom.provider.js';

/** Every provider this build knows, in the order the console shows them. */
export const providers = [
  google, //
  zoom,
] as const;

type Known = (typeof providers)[number];

/** The id of a provider in the registry. */
export type ProviderId = Known['id'];

/** The ids of the providers that offer a capability: `ProviderIdWith<'calendar'>` does not take `zoom`. */
export type ProviderIdWith<Name extends CapabilityName> = Known extends infer P
  ? P extends Provider<infer Id, infer _Config, infer Offered>
    ? Offered extends Pick<Capabilities, Name>
      ? Id
      : never
    : never
  : never;
