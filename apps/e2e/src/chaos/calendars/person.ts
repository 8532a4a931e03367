import { PatchbayClient } from '@patchbay/api-client';
import { connectCalendar, getBusyTimes, updateCalendarAccount, type UserBusy } from '@patchbay/contracts';
import { calendarAccountReady, connectAccount, eventually, NotYet, type SandboxControl, type Stack } from '@patchbay/local-stack';
import { fetch } from 'undici';
import { signInAt } from '../../raw-calls.js';
import { caldavOrganiser, googleOrganiser, outlookOrganiser, type CaldavLogin, type Organiser } from './organisers.js';

/** Somebody with calendars at three providers, all of which change, and nothing else. */
export interface CalendarPerson {
  readonly client: PatchbayClient;
  readonly accountIds: readonly string[];
  readonly organisers: readonly Organiser[];
  /** What the gateway says of a time. */
  busy(range: { readonly from: string; readonly to: string }): Promise<UserBusy>;
}

/** Looks at a chaos of calendars often enough in a test of a minute. */
const intervalMinutes = 1;
const email = 'mirrored@example.com';

/** Signs somebody new in, and connects Google, Outlook and CalDAV. */
export async function connectPerson(stack: Stack, sandbox: SandboxControl): Promise<CalendarPerson> {
  const { gatewayUrl } = stack;
  const signedIn = await signInAt({ gatewayUrl, sandbox }, { provider: 'github', email });
  const token = String(signedIn.body['access_token']);
  const client = new PatchbayClient({ baseUrl: gatewayUrl, token, fetch });
  const at = { client, gatewayUrl, sandbox };
  const google = await connectAccount(at, { provider: 'google', type: 'calendar', email });
  const outlook = await connectAccount(at, { provider: 'outlook', type: 'calendar', email });
  // The page knows where the sandbox is only after somebody has called it.
  const typed = { ...(await sandbox.typedFor('caldav')), server_url: `${stack.sandboxUrl}/caldav/dav` };
  const { id: caldav } = await client.call(connectCalendar, { provider: 'caldav', ...typed });
  const accountIds = [google, outlook, caldav];
  for (const id of [google, outlook]) await calendarAccountReady(client, id);
  for (const id of accountIds)
    await eventually('an account', () => client.call(updateCalendarAccount, { id, sync_interval_minutes: intervalMinutes }), { timeoutMs: 30_000 });
  const organisers = [googleOrganiser(sandbox, email), outlookOrganiser(sandbox, email), caldavOrganiser(sandbox, typed as CaldavLogin)];
  const busy: CalendarPerson['busy'] = async (range) => {
    const [item] = (await client.call(getBusyTimes, range)).items;
    if (item === undefined) throw new NotYet('nobody is told of');
    return item;
  };
  return { client, accountIds, organisers, busy };
}
