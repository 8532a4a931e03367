import { problem, type ErrorCode } from '@patchbay/contracts';

/** `unexpected_answer` is what a proxy or a foreign server said in our place. */
type ApiErrorCode = ErrorCode | 'unexpected_answer';

/**
 * The gateway refused a call, or could not do what was asked.
 *
 * Compare `code`, show `message`, and give the operator `requestId` when it is a fault of ours (`status` 500 and above).
 */
export class PatchbayApiError extends Error {
  override readonly name = 'PatchbayApiError';

  constructor(
    message: string,
    readonly status: number,
    /** A code of the error catalogue; a newer gateway may send one that this client does not know yet. */
    readonly code: ApiErrorCode | (string & {}),
    /** Fields (or facts such as `limit_bytes`) and what is wrong with them. */
    readonly details: Readonly<Record<string, unknown>>,
    readonly requestId: string | null,
  ) {
    super(message);
  }
}

/** Reads an answer that is no success. Anything but a problem of ours comes from something between us and the gateway. */
export function apiErrorOf(status: number, body: string, requestId: string | null): PatchbayApiError {
  const parsed = problem.safeParse(jsonOrNull(body));
  if (!parsed.success) return new PatchbayApiError(`The answer ${status} does not come from Patchbay.`, status, 'unexpected_answer', {}, requestId);
  const { error, code, details = {}, request_id } = parsed.data;
  return new PatchbayApiError(error, status, code, details, request_id);
}

const jsonOrNull = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
