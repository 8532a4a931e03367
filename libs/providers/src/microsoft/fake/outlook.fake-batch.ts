import { z } from 'zod';
import type { FakeRequest, FakeResponse } from '../../_kit/fake.js';
import { jsonAnswer, jsonObjectOf } from '../../_kit/fake-http.js';
import type { FakeApiCall, OAuthFakeHabits } from '../../_kit/fake-oauth-provider.js';
import { graphError } from '../microsoft.fake-errors.js';

const batchRequest = z.object({
  id: z.string().min(1),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  url: z.string().regex(/^\/(?!v1\.0)/),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.looseObject({}).optional(),
  dependsOn: z.array(z.string()).optional(),
});
const batch = z.object({ requests: z.array(batchRequest).min(1) });

type BatchRequest = z.output<typeof batchRequest>;

/** What a batch has been through already. */
export interface BatchHabits {
  /** So many requests inside of batches are refused before any is answered. */
  throttled: number;
}

// https://learn.microsoft.com/graph/json-batching#batch-size-limitations
const requestsMax = 20;

/** Answers `POST /v1.0/$batch`, request by request, in another order than they came in; null for everything else. */
export const answerBatch = (call: FakeApiCall, single: OAuthFakeHabits['api'], habits: BatchHabits): Promise<FakeResponse> | FakeResponse | null => {
  const { request } = call;
  if (request.method !== 'POST' || request.path !== '/v1.0/$batch') return null;
  const parsed = batch.safeParse(jsonObjectOf(request));
  if (!parsed.success) return graphError(400, 'BadRequest', 'Invalid batch payload format.');
  const { requests } = parsed.data;
  if (requests.length > requestsMax) return graphError(400, 'MaximumValueExceeded', 'Number of batch request steps exceeds the maximum value of 20.');
  if (new Set(requests.map(({ id }) => id)).size < requests.length) return graphError(400, 'BadRequest', 'Request Id needs to be unique in a batch.');
  return answerAll(requests, (one) => answerOne(call, one, { single, habits }));
};

const answerAll = async (requests: readonly BatchRequest[], answer: (one: BatchRequest) => Promise<FakeResponse>): Promise<FakeResponse> => {
  const answers = new Map<string, FakeResponse>();
  for (const one of requests) {
    const waitsInVain = (one.dependsOn ?? []).some((id) => (answers.get(id)?.status ?? 424) >= 400);
    answers.set(one.id, waitsInVain ? graphError(424, 'FailedDependency', 'A request that this one depends on has failed.') : await answer(one));
  }
  const responses = [...answers].toReversed().map(([id, { status, headers, body }]) => ({
    id,
    status,
    headers: { ...headers, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    ...(body === undefined ? {} : { body }),
  }));
  return jsonAnswer(200, { responses });
};

interface BatchParts {
  readonly single: OAuthFakeHabits['api'];
  readonly habits: BatchHabits;
}

const answerOne = async (call: FakeApiCall, one: BatchRequest, { single, habits }: BatchParts): Promise<FakeResponse> => {
  if (habits.throttled > 0) {
    habits.throttled -= 1;
    const answer = graphError(429, 'ApplicationThrottled', 'Application is over its MailboxConcurrency limit.');
    return { ...answer, headers: { ...answer.headers, 'Retry-After': '0' } };
  }
  const answer = await single({ ...call, request: requestOf(call.request, one) });
  return answer ?? graphError(404, 'ResourceNotFound', 'Resource not found for the segment.');
};

const requestOf = ({ baseUrl }: FakeRequest, { method, url, headers = {}, body }: BatchRequest): FakeRequest => {
  const [path = '', ...query] = url.split('?');
  return {
    method,
    path: `/v1.0${path}`,
    query: new URLSearchParams(query.join('?')),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
    baseUrl,
  };
};
