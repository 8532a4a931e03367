import type { PatchbayClient } from '@patchbay/api-client';
import { finishConnection, getCalendarAccount, getVideoAccount, startConnection, type CalendarAccount, type VideoAccount } from '@patchbay/contracts';
import type { SandboxControl } from './journey-sandbox.js';
import { eventually, NotYet, type Patience } from './journey-waiting.js';

/** Which account to connect, and as whom. */
export interface AccountToConnect {
  readonly provider: 'google' | 'outlook' | 'zoom';
  readonly type: 'calendar' | 'video';
  /** The person at the provider who gives consent. */
  readonly email: string;
}

/** Connects an account through the gateway's routes and the sandbox's consent page, as a person with a browser would; answers the connection's id. */
export async function connectAccount(
  { client, gatewayUrl, sandbox }: { readonly client: PatchbayClient; readonly gatewayUrl: string; readonly sandbox: SandboxControl },
  { provider, type, email }: AccountToConnect,
): Promise<string> {
  const redirectUri = `${gatewayUrl}/api/integrations/oauth/${provider}/callback/`;
  const flow = { provider, integration_type: type, redirect_uri: redirectUri };
  const { auth_url: authUrl } = await client.call(startConnection, flow);
  const { searchParams: returned } = await sandbox.consent(authUrl, email);
  const [code, state, iss] = ['code', 'state', 'iss'].map((name) => returned.get(name) ?? undefined);
  if (code === undefined || state === undefined) throw new Error(`${provider} sent no code but ${returned.get('error') ?? 'nothing'}`);
  const connection = await client.call(finishConnection, { ...flow, code, state, iss });
  if (connection.status !== 'active') throw new Error(`the connection is ${connection.status}, not active`);
  return connection.id;
}

/** Waits until the calendar service knows the account and the calendar to write to. */
export const calendarAccountReady = (client: PatchbayClient, id: string, patience?: Patience): Promise<CalendarAccount> =>
  eventually(
    'a calendar account with a calendar',
    async () => {
      const account = await known(() => client.call(getCalendarAccount, { id }));
      if (account.status !== 'active' || account.calendar_id === null) {
        throw new NotYet(`status ${account.status}, calendar ${account.calendar_id}, last error ${account.last_error}`);
      }
      return account;
    },
    patience,
  );

/** Waits until the video service knows the account. */
export const videoAccountReady = (client: PatchbayClient, id: string, patience?: Patience): Promise<VideoAccount> =>
  eventually(
    'an active video account',
    async () => {
      const account = await known(() => client.call(getVideoAccount, { id }));
      if (account.status !== 'active') throw new NotYet(`status ${account.status}, last error ${account.last_error}`);
      return account;
    },
    patience,
  );

// The account follows its connection by an event, so for a moment it is not there.
async function known<Account>(ask: () => Promise<Account>): Promise<Account> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Error && 'status' in error && error.status === 404) throw new NotYet('no such account');
    throw error;
  }
}
