import { ProviderError } from '@patchbay/capabilities';

// Ours, on the way from the wire to whoever reads the answer: SDKs hand on nothing of an answer but its status, headers and body.
const earlierAttempt = 'x-patchbay-earlier-attempt';

/** Says on an answer whether an earlier attempt of its call may have taken effect. Nobody else can say so. */
export const markEarlierAttempt = (headers: Headers, mayBeExecuted: boolean): void => {
  if (mayBeExecuted) headers.set(earlierAttempt, 'outcome-unknown');
  else headers.delete(earlierAttempt);
};

/** Whether an earlier attempt of the call that this answers may have taken effect: what it says is of the last attempt only. */
export const followsUnknownOutcome = (headers: Headers): boolean => headers.has(earlierAttempt);

/** A gateway answers so also when the work behind it was done. */
export const mayBeExecutedDespite = (status: number): boolean => status >= 500 || status === 408;

// https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1, https://www.rfc-editor.org/rfc/rfc4918#section-9.1, https://www.rfc-editor.org/rfc/rfc3253#section-3.6
const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'REPORT']);

/** Whether a call can have an effect at all. */
export const canTakeEffect = (method: string): boolean => !safeMethods.has(method);

/** A step that follows a write which is done, or may be: when it fails, nobody knows what the whole came to. */
export const afterWriting = async <Result>(step: () => Promise<Result>): Promise<Result> => {
  try {
    return await step();
  } catch (error) {
    throw error instanceof ProviderError ? error.afterUnknownOutcome() : error;
  }
};

/** Reads and writes again as long as somebody else was faster. That may have been ourselves, in a write whose answer was lost: a later failure says so. */
export const unlessOvertaken = async <Result>(attemptsMax: number, attempt: () => Promise<Result>): Promise<Result> => {
  let mayBeWritten = false;
  for (let count = 1; ; count += 1) {
    try {
      return await (mayBeWritten ? afterWriting(attempt) : attempt());
    } catch (error) {
      if (!(error instanceof ProviderError) || error.code !== 'conflict' || count >= attemptsMax) throw error;
      mayBeWritten ||= error.outcomeUnknown;
    }
  }
};
