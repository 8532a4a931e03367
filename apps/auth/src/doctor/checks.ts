import type { Check, checkStatuses, Examination } from '@patchbay/contracts';

type Status = (typeof checkStatuses)[number];

export const fine = (name: string, message: string): Check => ({ name, status: 'ok', message, remedy: null });
export const warning = (name: string, message: string, remedy: string): Check => ({ name, status: 'warning', message, remedy });
export const failed = (name: string, message: string, remedy: string): Check => ({ name, status: 'failed', message, remedy });
export const unknown = (name: string, message: string, remedy: string): Check => ({ name, status: 'unknown', message, remedy });

/** From mild to bad: what cannot be told must not hide what is wrong. */
const severity: Readonly<Record<Status, number>> = { ok: 0, unknown: 1, warning: 2, failed: 3 };

/** The checks of one subject, under the status of the worst. */
export function summed(about: { readonly subject: string; readonly name: string }, checks: readonly Check[]): Examination {
  const status = checks.reduce<Status>((worst, check) => (severity[check.status] > severity[worst] ? check.status : worst), 'ok');
  return { ...about, status, checks: [...checks] };
}
