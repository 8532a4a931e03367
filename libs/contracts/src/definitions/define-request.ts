import type { z } from 'zod';
import type { ErrorCode } from '../errors.js';

/** The longest a caller waits for an answer, unless the contract says otherwise. Milliseconds. */
export const requestDeadlineMsDefault = 5_000;

/** One question a service answers: `<service>.<verb>-<noun>`, what goes in, what comes out, and which failures a caller must expect. */
export interface RequestContract<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly version: number;
  readonly input: Input;
  readonly output: Output;
  readonly errors: readonly ErrorCode[];
  /** Milliseconds; {@link requestDeadlineMsDefault} when absent. */
  readonly deadlineMs?: number;
}

/** Declares a request. */
export function defineRequest<Input extends z.ZodType, Output extends z.ZodType>(
  contract: RequestContract<Input, Output>,
): RequestContract<Input, Output> {
  return Object.freeze(contract);
}

/** The NATS subject of a request: `request.calendar.list-accounts.v1`. */
export const requestSubjectOf = (contract: Pick<RequestContract, 'name' | 'version'>): string => `request.${contract.name}.v${contract.version}`;

/** What a handler of the request is given: checked, defaults filled in. */
export type InputOf<Contract extends RequestContract> = z.output<Contract['input']>;
/** What the request is answered with. */
export type OutputOf<Contract extends RequestContract> = z.output<Contract['output']>;
