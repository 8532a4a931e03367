/** A working access token and the account it belongs to. */
export interface AccessToken {
  readonly value: string;
  /** Our id of the connection. Rate limits, breakers, logs and traces are kept by it, so it must never be an address or a name. */
  readonly accountId: string;
}
