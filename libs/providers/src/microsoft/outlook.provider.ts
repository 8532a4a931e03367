import { defineProvider, type Capabilities } from '@patchbay/capabilities';
import { ownWebhookSecret } from '../_kit/channel-token.js';
import { oauthVariables } from '../_kit/oauth-variables.js';
import { graphHttp } from './microsoft.graph-http.js';
import { microsoftIdentity } from './microsoft.identity.js';
import { graphInbound } from './microsoft.inbound.js';
import { microsoftOAuth } from './microsoft.oauth.js';
import { publicCloud, tenantId } from './microsoft.variables.js';
import { outlookCalendar } from './outlook.calendar.js';
import { outlookCalendarEvents } from './outlook.calendar-events.js';
import { outlookCalendarPush } from './outlook.calendar-push.js';
import { outlookCalendarReading } from './outlook.calendar-reading.js';
import { outlookCalendarSharing } from './outlook.calendar-sharing.js';
import { mailboxLimitedHttp } from './outlook.mailbox-limit.js';

/** Every environment variable of Outlook. */
const outlookConfig = oauthVariables('OUTLOOK', { name: 'Outlook', ...publicCloud }).extend({
  OUTLOOK_TENANT_ID: tenantId,
  OUTLOOK_WEBHOOK_SECRET: ownWebhookSecret('What the client state of subscriptions is made with, by which Microsoft Graph is known when it calls.'),
});

/** Outlook: calendars of work, school and personal accounts. */
export const outlook = defineProvider({
  id: 'outlook',
  displayName: 'Outlook',
  setupGuide: new URL('https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade'),
  config: outlookConfig,
  credentials: ['OUTLOOK_CLIENT_ID', 'OUTLOOK_CLIENT_SECRET'],
  // All of Graph per app, and of Outlook per app and mailbox. https://learn.microsoft.com/graph/throttling-limits
  limits: { provider: { limit: 130_000, perMs: 10_000 }, account: { limit: 10_000, perMs: 600_000 } },
  types: ['calendar'],
  capabilities: ['oauth', 'identity', 'calendar', 'calendarReading', 'calendarEvents', 'calendarSharing', 'calendarPush'],
  connect: ({ config, outbound, now }) => {
    const graph = mailboxLimitedHttp(graphHttp({ provider: 'outlook', baseUrl: config.OUTLOOK_API_BASE_URL, outbound, now }));
    const oauth = microsoftOAuth({
      clientId: config.OUTLOOK_CLIENT_ID,
      clientSecret: config.OUTLOOK_CLIENT_SECRET,
      redirectUri: config.OUTLOOK_REDIRECT_URI,
      tenantId: config.OUTLOOK_TENANT_ID,
      authBaseUrl: config.OUTLOOK_AUTH_BASE_URL,
      type: 'calendar',
      scopes: config.OUTLOOK_SCOPES,
      builtInScopes: ['offline_access', 'User.Read', 'Calendars.ReadWrite'],
    });
    // Whoever cannot tell Graph from a stranger must not be called.
    const { OUTLOOK_WEBHOOK_SECRET: secrets } = config;
    const push: Partial<Pick<Capabilities, 'calendarPush'>> = secrets === undefined ? {} : { calendarPush: outlookCalendarPush(graph, secrets) };
    return {
      oauth,
      identity: microsoftIdentity(graph),
      calendar: outlookCalendar(graph, now),
      calendarReading: outlookCalendarReading(graph),
      calendarEvents: outlookCalendarEvents(graph, now),
      calendarSharing: outlookCalendarSharing(graph),
      ...push,
    };
  },
  inboundWebhooks: {
    variables: ['OUTLOOK_WEBHOOK_SECRET'],
    secrets: { headers: [], fields: ['value.*.clientState', 'validationTokens'] },
    connect: ({ config }) => graphInbound('outlook', config.OUTLOOK_WEBHOOK_SECRET),
  },
});
