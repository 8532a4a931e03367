import { AppError, errorCatalog, type ErrorCode, type Problem } from '@patchbay/contracts';

/** Media type of RFC 9457 section 3. */
export const problemMediaType = 'application/problem+json; charset=utf-8';

/** What the caller gets for a failure: the code's sentence and nothing of the cause. */
export function problemOf(error: AppError, publicBaseUrl: string, requestId: string): Problem {
  const { title, status } = errorCatalog[error.code];
  const hasDetails = Object.keys(error.details).length > 0;
  return {
    type: new URL(`/api/docs/errors/#${error.code}`, publicBaseUrl).href,
    title,
    status,
    error: title,
    code: error.code,
    ...(hasDetails ? { details: { ...error.details } } : {}),
    request_id: requestId,
  };
}

/** Fastify's own failures, by their code. https://fastify.dev/docs/latest/Reference/Errors/ */
const codeOfFastify: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media_type_unsupported',
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_JSON_BODY: 'body_malformed',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'body_malformed',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'body_malformed',
};

/** Names a failure of any origin. Whatever is not known to be the caller's fault is ours. */
export function appErrorOf(error: unknown, bodyBytesMax: number): AppError {
  if (error instanceof AppError) return error;
  const known = error instanceof Error && 'code' in error ? codeOfFastify[String(error.code)] : undefined;
  if (known === 'body_too_large') return new AppError(known, { limit_bytes: bodyBytesMax });
  if (known !== undefined) return new AppError(known);
  const status = statusOf(error);
  if (status === 404) return new AppError('not_found');
  if (status !== undefined && status >= 400 && status < 500) return new AppError('request_invalid');
  return new AppError('internal_error', {}, { cause: error });
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('getStatus' in error && typeof error.getStatus === 'function') return Number(error.getStatus());
  return 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : undefined;
}
