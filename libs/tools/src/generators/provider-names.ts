import type { CapabilityName } from '@patchbay/capabilities';

/** A provider's names in every spelling, and what it offers. */
export interface ProviderNames {
  readonly id: string;
  readonly propertyName: string;
  readonly className: string;
  readonly constantName: string;
  readonly displayName: string;
  readonly capabilities: readonly CapabilityName[];
}

/** File name → content, for everything in the folder of a provider. */
export type ProviderFiles = Readonly<Record<string, string>>;

/** `calendar` → `Calendar`. */
export const capitalised = (name: CapabilityName): string => (name === 'oauth' ? 'OAuth' : name.charAt(0).toUpperCase() + name.slice(1));
