import { inspect } from 'node:util';
import { ProviderError, type ProviderErrorCode } from '../provider-error.js';

/** Bad days that a provider's fake can have. Each holds from the next request on. */
export interface ProviderSituations {
  /** The person withdrew the permission. */
  revokeGrant(): void;
  /** The next requests are refused with this status and not executed. */
  failNext(fault: { readonly status: number; readonly count: number; readonly retryAfter?: number }): void;
  /** The next request is executed and its answer lost. */
  dropAfterExecuting(count: number): void;
  down(): void;
  up(): void;
}

/** More refusals than any adapter makes attempts. */
export const always = 50;

/** What a call failed with; a call that succeeds fails the test. */
export const failureOf = async (call: Promise<unknown>): Promise<ProviderError> => {
  const settled = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!('error' in settled)) throw new Error(`expected a failure, got ${inspect(settled.value)}`);
  expect(settled.error).toBeInstanceOf(ProviderError);
  return settled.error as ProviderError;
};

/**
 * How a provider says that a permission was withdrawn. Where an address is all that opens something, there is just nothing at it any more, and that
 * may be so for a moment only. Default: `unauthorized`.
 */
export type Revocation = 'unauthorized' | 'not_found';

/** What every call of a capability promises, whatever it does. */
export interface SharedPromises {
  readonly name: string;
  /** See {@link Revocation}. */
  readonly revokedAs?: Revocation | undefined;
  /** Begins a fresh harness; the suite stops it. */
  begin(): Promise<{ readonly situations: ProviderSituations; readonly token: { readonly value: string }; call(): Promise<unknown> }>;
}

/** The promises that all capabilities make about failures. */
export const failurePromises = ({ name, revokedAs = 'unauthorized', begin }: SharedPromises): void => {
  it(`${name}: reports a revoked grant as ${revokedAs}`, async () => {
    const { situations, call } = await begin();
    situations.revokeGrant();

    expect(await failureOf(call())).toMatchObject({ code: revokedAs, retryable: false, outcomeUnknown: false });
  });

  it.each<[number, ProviderErrorCode]>([
    [429, 'rate_limited'],
    [503, 'unavailable'],
  ])(`${name}: turns HTTP %i into a retryable %s`, async (status, code) => {
    const { situations, call } = await begin();
    situations.failNext({ status, count: always });

    expect(await failureOf(call())).toMatchObject({ code, retryable: true });
  });

  it(`${name}: passes on how long the provider asks to wait`, async () => {
    const { situations, call } = await begin();
    situations.failNext({ status: 429, count: always, retryAfter: 3_600 });

    expect(await failureOf(call())).toMatchObject({ code: 'rate_limited', retryAfterMs: 3_600_000 });
  });

  it(`${name}: says that a provider which hangs up is unavailable, and that the outcome is unknown`, async () => {
    const { situations, call } = await begin();
    situations.down();

    expect(await failureOf(call())).toMatchObject({ code: 'unavailable', retryable: true, outcomeUnknown: true });
  });

  it(`${name}: never shows the token in a failure`, async () => {
    const { situations, call, token } = await begin();
    situations.failNext({ status: 403, count: always });
    const refused = await failureOf(call());
    situations.down();
    const unanswered = await failureOf(call());

    expect(inspect([refused, unanswered], { depth: 20, showHidden: true })).not.toContain(token.value);
  });
};
