import type { ExpiringConnection } from '@patchbay/contracts';

type BreakReason = ExpiringConnection['reason'];

interface Words {
  readonly message: string;
  readonly remedy: string;
}

const connectAgain = (name: string): string => `Connect ${name} again; the connection keeps its id and everything attached to it.`;

const words: Readonly<Record<BreakReason, (name: string) => Words>> = {
  reauth_needed: (name) => ({
    message: `${name} no longer accepts the permission, so nothing works until the account is connected again.`,
    remedy: connectAgain(name),
  }),
  refresh_failing: (name) => ({
    message: `${name} has not given a new access token when it was asked; the one there is ends at this time. It is asked again and again.`,
    remedy: `Nothing, if ${name} is only away for a while. If it lasts, look for an outage there and check the connection.`,
  }),
  refresh_token_ends: (name) => ({ message: `The permission that was given at ${name} ends at this time.`, remedy: connectAgain(name) }),
  token_ends: (name) => ({ message: `The token of ${name} ends at this time, and ${name} offers no way to renew it.`, remedy: connectAgain(name) }),
  provider_not_configured: (name) => ({
    message: `${name} is not configured here any more, so no new access token can be fetched.`,
    remedy: `An operator sets the client id and secret of ${name} again; the connection then works as before.`,
  }),
};

/** What will happen and what to do about it, in plain words. */
export const inWords = (reason: BreakReason, providerName: string): Words => words[reason](providerName);
