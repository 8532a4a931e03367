import type { ProviderError, ProviderErrorCode } from '@patchbay/capabilities';
import { AppError } from '@patchbay/contracts';
import type { z } from 'zod';

/** What a failed check says about credentials. `refused` is the provider's word about them; `unusable` is a word about what they lead to. */
export type CheckVerdict = 'refused' | 'unusable' | 'address_refused' | 'later';

const verdicts = {
  unauthorized: 'refused',
  forbidden: 'unusable',
  not_found: 'unusable',
  invalid_request: 'unusable',
  conflict: 'unusable',
  cursor_expired: 'unusable',
  address_refused: 'address_refused',
  rate_limited: 'later',
  unavailable: 'later',
  // Something in between may have answered in the provider's place.
  invalid_response: 'later',
} as const satisfies Readonly<Record<ProviderErrorCode, CheckVerdict>>;

export const verdictOf = ({ code }: ProviderError): CheckVerdict => verdicts[code];

/** What the person who filled in the form is told. */
export function toAppError(failure: ProviderError): AppError {
  const details = detailsOf(failure);
  switch (verdictOf(failure)) {
    case 'refused':
    case 'unusable':
      return new AppError('credentials_refused', details, { cause: failure });
    case 'address_refused':
      return new AppError('address_not_allowed', {}, { cause: failure });
    case 'later':
      return new AppError('provider_unavailable', { provider: failure.provider }, { cause: failure });
  }
}

/** `provider_reason` is the provider's own word, where it has one. */
export const detailsOf = ({ code, reason }: ProviderError): Readonly<Record<string, string>> => ({
  reason: code,
  ...(reason !== undefined && { provider_reason: reason }),
});

/** Every field at fault, and what it must be. */
export function fieldFaults(error: z.ZodError): Readonly<Record<string, string>> {
  const faults = error.issues.flatMap((issue): readonly (readonly [string, string])[] =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => [key, 'is not asked for'] as const)
      : [[String(issue.path[0] ?? 'credentials'), issue.message]],
  );
  // The first fault of a field is the one to mend first.
  return Object.fromEntries([...faults].reverse());
}
