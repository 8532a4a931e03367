import { authErrors } from './auth/auth.errors.js';
import { blocksErrors } from './calendar/blocks.errors.js';
import { calendarEventsErrors } from './calendar/calendar-events.errors.js';
import { calendarErrors } from './calendar/calendar.errors.js';
import { conflictsErrors } from './calendar/conflicts.errors.js';
import { gapErrors } from './calendar/gaps.errors.js';
import { sharingErrors } from './calendar/sharing.errors.js';
import { ingressErrors } from './ingress/ingress.errors.js';
import { operationsErrors } from './operations/operations.errors.js';
import { videoErrors } from './video/video.errors.js';
import { webhooksErrors } from './webhooks/webhooks.errors.js';

/** Every failure code Patchbay answers with. A closed list: frontends compare the codes. */
export const errorCatalog = {
  ...operationsErrors,
  ...authErrors,
  ...calendarErrors,
  ...calendarEventsErrors,
  ...sharingErrors,
  ...gapErrors,
  ...blocksErrors,
  ...conflictsErrors,
  ...videoErrors,
  ...webhooksErrors,
  ...ingressErrors,
} as const;
/** One of the codes of the catalogue. */
export type ErrorCode = keyof typeof errorCatalog;

/** Names of fields (or of facts, such as `limit_bytes`) and what is wrong with them. Never a value the caller sent. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** The one failure that crosses service boundaries. Its code says everything a caller may know; the `cause` stays with us. */
export class AppError extends Error {
  readonly status: number;

  constructor(
    readonly code: ErrorCode,
    readonly details: ErrorDetails = {},
    options: { cause?: unknown } = {},
  ) {
    super(errorCatalog[code].title, options);
    this.name = 'AppError';
    this.status = errorCatalog[code].status;
  }
}

/** True for a word that is in the catalogue: what came over the wire may be newer than we are. */
export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorCatalog, code);
