import { AppError, isErrorCode, type Caller, type ErrorDetails } from '@patchbay/contracts';

/** A request as it crosses NATS: one JSON document, because reading headers costs more than reading these three keys. */
export interface RequestFrame {
  readonly input: unknown;
  readonly caller?: Caller | undefined;
  readonly traceparent?: string | undefined;
}

/** The header that marks an answer as a failure; a successful answer has no headers at all and is the output itself. */
export const failureHeader = 'Patchbay-Error';

/** A failed answer: its code is a header, its details are the payload. */
export interface FailureFrame {
  readonly code: string;
  readonly details: ErrorDetails;
}

/** The error a failed answer stands for. A code this build does not know becomes `internal_error`. */
export const errorOf = (frame: FailureFrame): AppError => new AppError(isErrorCode(frame.code) ? frame.code : 'internal_error', frame.details);
