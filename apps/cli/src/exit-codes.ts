/** How a command ends, for scripts. */
export const exitCodes = {
  ok: 0,
  /** It could not be done. */
  failed: 1,
  /** It was asked for wrongly: an unknown option, a missing value. */
  usage: 2,
  /** It was done, and what was found needs somebody's attention. */
  findings: 3,
  /** It was interrupted from the keyboard. */
  interrupted: 130,
} as const;

/** Ends a command with one line for the person at the terminal. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';

  constructor(
    message: string,
    readonly exitCode: number = exitCodes.failed,
  ) {
    super(message);
  }
}
