import type { FakeExchange } from '@patchbay/providers/testing';
import { complaints, findOperation, type ApiDescription, type DescribedBody, type DescribedParameter, type MatchedOperation } from './description.js';

/** What holding one exchange against a description came to. */
export interface Finding {
  readonly operation: string;
  readonly status: number | null;
  /** What is wrong; empty when request and answer are as described. */
  readonly faults: readonly string[];
  /** What could not be judged, because nobody described it. */
  readonly unjudged: readonly string[];
}

/** Holds a request and its answer against a vendor's description; null when the path belongs to no document at all. */
export const checkExchange = (descriptions: readonly ApiDescription[], { request, response }: FakeExchange): Finding | null => {
  for (const description of descriptions) {
    const matched = findOperation(description, request.method, request.path);
    if (matched === null) continue;
    const { operation } = matched;
    const answer = response === null ? { faults: [], unjudged: ['the answer was dropped'] } : checkAnswer(matched, response);
    return {
      operation: `${description.name} ${operation.method} ${description.basePath}${operation.path}`,
      status: response?.status ?? null,
      // A request that was meant to be refused may be wrong; what the adapters send never is.
      faults: [...checkParameters(matched, request.query), ...checkRequestBody(matched, request), ...answer.faults],
      unjudged: answer.unjudged,
    };
  }
  return null;
};

const checkParameters = ({ operation, pathValues }: MatchedOperation, query: URLSearchParams): readonly string[] => {
  const faults: string[] = [];
  const check = (name: string, parameter: DescribedParameter | undefined, values: readonly string[]): void => {
    if (parameter === undefined) faults.push(`request: unknown parameter ${name}`);
    else if (!parameter.isRepeated && values.length > 1) faults.push(`request: ${name} is given ${values.length} times`);
    else
      for (const value of parameter.isList ? values.flatMap((list) => list.split(',')) : values)
        if (!parameter.validate(typed(value, parameter.type)))
          faults.push(`request: parameter ${name}: ${complaints(parameter.validate.errors).join('; ')}`);
  };
  for (const [name, value] of pathValues) check(name, operation.pathParameters.get(name), [value]);
  for (const name of new Set(query.keys())) check(name, operation.queryParameters.get(name), query.getAll(name));
  for (const [name, { isRequired }] of operation.queryParameters)
    if (isRequired && !query.has(name)) faults.push(`request: parameter ${name} is missing`);
  return faults;
};

/** A parameter is text; what it stands for is checked. Text that does not look like its type stays text, and fails. */
const typed = (value: string, type: string): unknown => {
  if ((type === 'integer' || type === 'number') && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
};

const checkRequestBody = ({ operation }: MatchedOperation, { body, headers }: FakeExchange['request']): readonly string[] => {
  if (body.length === 0) return operation.requestBody === null ? [] : ['request: a body is described and none was sent'];
  if (operation.requestBody === null) return ['request: no body is described and one was sent'];
  if (!(headers['content-type'] ?? '').startsWith('application/json')) return [`request: content type ${headers['content-type'] ?? 'missing'}`];
  const content = parsed(body.toString('utf8'));
  return checkBody(operation.requestBody, operation.isClearedByNull === true ? withoutNulls(content) : content).map((fault) => `request: ${fault}`);
};

const checkAnswer = ({ operation }: MatchedOperation, response: NonNullable<FakeExchange['response']>): Pick<Finding, 'faults' | 'unjudged'> => {
  const { status, body } = response;
  const described = operation.responses.get(status);
  if (described === undefined) {
    if (status >= 400) return { faults: [], unjudged: [`${status} is not described`] };
    return { faults: [`answer: status ${status} is not described`], unjudged: [] };
  }
  const content = Buffer.isBuffer(body) ? parsed(body.toString('utf8')) : typeof body === 'string' ? parsed(body) : asSent(body);
  if (described === null) {
    if (status >= 400) return { faults: [], unjudged: [`the body of ${status} is not described`] };
    return { faults: content === undefined ? [] : [`answer: ${status} is described without a body and has one`], unjudged: [] };
  }
  return { faults: checkBody(described, content).map((fault) => `answer: ${fault}`), unjudged: [] };
};

const checkBody = (described: DescribedBody, content: unknown): readonly string[] => {
  if ('uncompiled' in described) return [`cannot be checked, its schema does not compile: ${described.uncompiled}`];
  return described.validate(content) ? [] : complaints(described.validate.errors);
};

const withoutNulls = (content: unknown): unknown => {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return content;
  return Object.fromEntries(Object.entries(content).flatMap(([name, value]) => (value === null ? [] : [[name, withoutNulls(value)]])));
};

const parsed = (content: string): unknown => {
  if (content === '') return undefined;
  try {
    return JSON.parse(content) as unknown;
  } catch {
    return content;
  }
};

const asSent = (body: object | undefined): unknown => (body === undefined ? undefined : (JSON.parse(JSON.stringify(body)) as unknown));
