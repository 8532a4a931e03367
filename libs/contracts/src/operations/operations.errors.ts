import { defineErrors } from '../definitions/define-errors.js';

/** Failures that any route or request can have. */
export const operationsErrors = defineErrors({
  request_invalid: { status: 400, title: 'The request is not valid.', remedy: '`details` names every field at fault and what it must be.' },
  body_malformed: { status: 400, title: 'The body is not valid JSON.', remedy: 'Send one JSON document in UTF-8.' },
  unauthenticated: {
    status: 401,
    title: 'Credentials are missing or not valid.',
    remedy: 'Send `Authorization: Bearer` with an access token or an API key that has not expired.',
  },
  forbidden: {
    status: 403,
    title: 'Your role may not do this.',
    remedy: 'Use an account or an API key with the role that the documentation of the route names.',
  },
  not_found: { status: 404, title: 'There is nothing here.', remedy: 'Check the path and the id.' },
  method_not_allowed: { status: 405, title: 'This path does not know this method.', remedy: 'Use one of the methods in the `Allow` header.' },
  request_too_slow: {
    status: 408,
    title: 'The request took too long to arrive.',
    remedy: 'Send head and body without pauses, or less at once.',
  },
  body_too_large: { status: 413, title: 'The body is too large.', remedy: 'Send less at once; `details.limit_bytes` says how much fits.' },
  media_type_unsupported: { status: 415, title: 'This content type is not understood here.', remedy: 'Send `Content-Type: application/json`.' },
  head_too_large: {
    status: 431,
    title: 'Address and headers are too large.',
    remedy: 'Send fewer or shorter headers, cookies included; 16 KB fit.',
  },
  rate_limited: { status: 429, title: 'Too many requests.', remedy: 'Wait as long as the `Retry-After` header says.' },
  internal_error: { status: 500, title: 'Something went wrong on our side.', remedy: 'Try again; if it lasts, give the operator the `request_id`.' },
  provider_unavailable: {
    status: 502,
    title: 'The provider did not answer as it should.',
    remedy: 'Try again later; the activity log has the reason.',
  },
  service_unavailable: {
    status: 503,
    title: 'A part of Patchbay cannot be reached.',
    remedy: 'Try again in a moment; what was accepted before is safe.',
  },
  answer_too_large: {
    status: 422,
    title: 'The answer is too large to be sent.',
    remedy: 'Ask for less at once: a smaller `limit`, or a narrower filter.',
  },
  deadline_exceeded: { status: 504, title: 'The answer took too long.', remedy: 'Look whether it took effect before trying again.' },
  key_rotation_not_found: { status: 404, title: 'No key rotation was begun yet.', remedy: 'Begin one with POST.' },
  dead_letter_not_found: {
    status: 404,
    title: 'There is no such dead letter.',
    remedy: 'List the dead letters of the service; it may have been replayed already.',
  },
});
