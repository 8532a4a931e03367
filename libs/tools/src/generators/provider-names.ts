import type { CapabilityName } from '@patchbay/capabilities';
import type { IntegrationType } from '@patchbay/contracts';

/** A provider's names in every spelling, what it offers and what its accounts are connected for. */
export interface ProviderNames {
  readonly id: string;
  readonly propertyName: string;
  readonly className: string;
  readonly constantName: string;
  readonly displayName: string;
  readonly capabilities: readonly CapabilityName[];
  readonly types: readonly IntegrationType[];
}

/** File name → content, for everything in the folder of a provider. */
export type ProviderFiles = Readonly<Record<string, string>>;

/** Accounts are connected through a consent page, not with a password or a key. */
export const hasOAuth = ({ capabilities }: ProviderNames): boolean => capabilities.includes('oauth');

/** `calendarReading` → `drop_box.calendar-reading`. */
export const fileNamed = ({ id }: ProviderNames, name: CapabilityName): string =>
  `${id}.${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** `calendar` → `Calendar`. */
export const capitalised = (name: CapabilityName): string => (name === 'oauth' ? 'OAuth' : name.charAt(0).toUpperCase() + name.slice(1));
