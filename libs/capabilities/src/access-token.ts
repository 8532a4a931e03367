/** A working access token and the account it belongs to. */
export interface AccessToken {
  /** Of an account that was connected with a form: what `tokenOfCredentials` makes of what was typed. */
  readonly value: string;
  /** Our id of the connection. Rate limits, breakers, logs and traces are kept by it, so it must never be an address or a name. */
  readonly accountId: string;
}
