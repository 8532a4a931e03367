/** What a failure code means to a caller. */
export interface ErrorSpec {
  readonly status: number;
  /** One sentence, shown as `error`. */
  readonly title: string;
  /** What the caller can do about it; becomes a paragraph of `docs/errors.md`. */
  readonly remedy: string;
}

/** Declares the failure codes of one area. Codes are flat words (`oauth_state_invalid`), because existing frontends compare them. */
export const defineErrors = <const Specs extends Record<string, ErrorSpec>>(specs: Specs): Specs => Object.freeze(specs);
