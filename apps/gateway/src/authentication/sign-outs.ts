import { Inject, Injectable } from '@nestjs/common';
import { endSession, revokeApiKey, signOut, type Caller, type InputOf, type RouteContract } from '@patchbay/contracts';
import { Authenticator } from './authenticator.js';
import { Sessions } from './sessions.js';

/** Makes what ends through this gateway end at once, not when it is looked at again. */
@Injectable()
export class SignOuts {
  constructor(
    @Inject(Authenticator) private readonly authenticator: Authenticator,
    @Inject(Sessions) private readonly sessions: Sessions,
  ) {}

  /** Looks at a call that went well. */
  notice({ request }: RouteContract, input: unknown, caller: Caller | undefined): void {
    if (request === signOut) this.#signedOut(input as InputOf<typeof signOut>, caller);
    if (request === endSession) this.#end((input as InputOf<typeof endSession>).id);
    if (request === revokeApiKey) this.authenticator.forget(({ api_key_id }) => api_key_id === (input as InputOf<typeof revokeApiKey>).id);
  }

  #signedOut({ everywhere, refresh_token }: InputOf<typeof signOut>, caller: Caller | undefined): void {
    if (caller?.user_id === undefined) return;
    const isMeant = (other: Caller): boolean =>
      everywhere ? other.user_id === caller.user_id : other.session_id !== undefined && other.session_id === caller.session_id;
    const forgotten = this.authenticator.forget(isMeant);
    // A refresh token says which session is meant, and that need not be the caller's: then auth is asked again.
    if (refresh_token !== undefined) return;
    for (const { session_id } of forgotten) if (session_id !== undefined) this.sessions.end(session_id);
  }

  #end(sessionId: string): void {
    this.sessions.end(sessionId);
    this.authenticator.forget(({ session_id }) => session_id === sessionId);
  }
}
