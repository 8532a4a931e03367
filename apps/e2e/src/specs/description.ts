import type { ErrorObject, ValidateFunction } from 'ajv';

/** What a vendor publishes about one operation, ready to hold traffic against it. */
export interface DescribedOperation {
  readonly id: string;
  readonly method: string;
  /** As published, such as `/meetings/{meetingId}`. */
  readonly path: string;
  readonly pathParameters: ReadonlyMap<string, DescribedParameter>;
  readonly queryParameters: ReadonlyMap<string, DescribedParameter>;
  /** True when null in what is sent takes a field away, which no schema says. */
  readonly isClearedByNull?: boolean;
  /** Null where no body is described: then none may be sent. */
  readonly requestBody: DescribedBody | null;
  /** By status. A null body is described as empty. */
  readonly responses: ReadonlyMap<number, DescribedBody | null>;
}

/** A parameter with its type. */
export interface DescribedParameter {
  readonly isRequired: boolean;
  readonly isRepeated: boolean;
  /** Several values stand in one, with commas between them. */
  readonly isList: boolean;
  readonly type: string;
  readonly validate: ValidateFunction;
}

/** A body that can be checked, or why it cannot. */
export type DescribedBody = { readonly validate: ValidateFunction } | { readonly uncompiled: string };

/** One vendor document. */
export interface ApiDescription {
  readonly name: string;
  readonly operations: readonly DescribedOperation[];
  /** Paths of the API begin with this one; others belong to a server that the document does not describe. */
  readonly basePath: string;
  /** What had to be changed so that it compiles, and what did not compile at all. Printed, never hidden. */
  readonly remarks: readonly string[];
}

/** An operation with the values of its path. */
export interface MatchedOperation {
  readonly operation: DescribedOperation;
  readonly pathValues: ReadonlyMap<string, string>;
}

/** Finds the operation of a request; literal parts of a path win over parameters. */
export const findOperation = ({ operations, basePath }: ApiDescription, method: string, path: string): MatchedOperation | null => {
  if (!path.startsWith(basePath)) return null;
  const segments = path.slice(basePath.length).split('/').filter(Boolean);
  const matches = operations.flatMap((operation) => {
    const pathValues = operation.method === method ? matchPath(operation.path, segments) : null;
    return pathValues === null ? [] : [{ operation, pathValues }];
  });
  return matches.sort((one, other) => one.pathValues.size - other.pathValues.size)[0] ?? null;
};

const matchPath = (template: string, segments: readonly string[]): ReadonlyMap<string, string> | null => {
  const parts = template.split('/').filter(Boolean);
  if (parts.length !== segments.length) return null;
  const values = new Map<string, string>();
  for (const [index, part] of parts.entries()) {
    const segment = decodeURIComponent(segments[index] ?? '');
    const name = /^\{\+?([^}]+)\}$/.exec(part)?.[1];
    if (name === undefined && part !== segment) return null;
    if (name !== undefined) values.set(name, segment);
  }
  return values;
};

/** Ajv's complaints as sentences. */
export const complaints = (errors: readonly ErrorObject[] | null | undefined): readonly string[] =>
  (errors ?? []).map(({ instancePath, message = 'is wrong', params }) => {
    const extra = 'additionalProperty' in params ? ` (${String(params['additionalProperty'])})` : '';
    const unevaluated = 'unevaluatedProperty' in params ? ` (${String(params['unevaluatedProperty'])})` : '';
    return `${instancePath === '' ? 'the body' : instancePath} ${message}${extra}${unevaluated}`;
  });
