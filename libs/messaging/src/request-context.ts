import { AppError, type Caller } from '@patchbay/contracts';

/** What comes beside the input of a request. */
export interface RequestContext {
  /** Who asks; absent when one service asks another. */
  readonly caller: Caller | undefined;
}

/** A person. */
export interface UserCaller {
  readonly user_id: string;
  readonly tenant_id: string;
}

/** The person who asks. @throws AppError `forbidden` when the request was not made for a person. */
export function requireUser(context: RequestContext): UserCaller {
  const { caller } = context;
  if (caller?.user_id === undefined) throw new AppError('forbidden');
  return { user_id: caller.user_id, tenant_id: caller.tenant_id };
}
