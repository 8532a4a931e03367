import type { Outbound, ProviderLimits } from '@patchbay/capabilities';
import { identityContract, oauthContract } from '@patchbay/capabilities/testing';
import { z } from 'zod';
import { connectToFake, fakePerson } from '../_kit/fake-connection.js';
import { inProcessRateLimiter } from '../_kit/rate-limiter.js';
import { configureProviders } from '../configure-providers.js';
import { withProviders } from '../provider-configs.js';
import { createMicrosoftFake, microsoftFakeClient } from './microsoft.fake.js';
import { microsoft } from './microsoft.provider.js';
import { microsoftTeams } from './microsoft_teams.provider.js';
import { onedrive } from './onedrive.provider.js';
import { outlook } from './outlook.provider.js';

const { clientId, clientSecret } = microsoftFakeClient;

const noCalls: Outbound = {
  fetch: () => {
    throw new Error('no call is expected');
  },
};
const contextOf = (outbound: Outbound) => ({ outbound, userAimedOutbound: outbound, now: () => new Date() });
/** The variables of a prefix: credentials always, base URLs where a fake is to be met. */
const variables = (prefix: string, baseUrl?: string) => ({
  [`${prefix}_CLIENT_ID`]: clientId,
  [`${prefix}_CLIENT_SECRET`]: clientSecret,
  ...(baseUrl !== undefined && { [`${prefix}_API_BASE_URL`]: baseUrl, [`${prefix}_AUTH_BASE_URL`]: baseUrl }),
});

interface Member {
  readonly id: string;
  readonly limits: ProviderLimits;
  readonly type: 'calendar' | 'video' | 'storage' | 'authentication';
  connect(outbound: Outbound, baseUrl?: string): Pick<ReturnType<typeof outlook.connect>, 'oauth' | 'identity'>;
}

const family: readonly Member[] = [
  {
    id: outlook.id,
    limits: outlook.limits,
    type: 'calendar',
    connect: (outbound, baseUrl) => outlook.connect({ config: outlook.config.parse(variables('OUTLOOK', baseUrl)), ...contextOf(outbound) }),
  },
  {
    id: microsoftTeams.id,
    limits: microsoftTeams.limits,
    type: 'video',
    connect: (outbound, baseUrl) =>
      microsoftTeams.connect({ config: microsoftTeams.config.parse(variables('MICROSOFT_TEAMS', baseUrl)), ...contextOf(outbound) }),
  },
  {
    id: onedrive.id,
    limits: onedrive.limits,
    type: 'storage',
    connect: (outbound, baseUrl) => onedrive.connect({ config: onedrive.config.parse(variables('ONEDRIVE', baseUrl)), ...contextOf(outbound) }),
  },
  {
    id: microsoft.id,
    limits: microsoft.limits,
    type: 'authentication',
    connect: (outbound, baseUrl) => microsoft.connect({ config: microsoft.config.parse(variables('MICROSOFT', baseUrl)), ...contextOf(outbound) }),
  },
];

for (const member of family) {
  oauthContract(member.id, () => ({ oauth: member.connect(noCalls).oauth, types: [member.type] }));
  identityContract(member.id, async () => {
    const connection = await connectToFake(member, createMicrosoftFake(), member.type);
    return { ...connection, ...connection.capabilities, email: fakePerson };
  });

  it(`${member.id}: says in plain words what each of its scopes allows`, () => {
    const { scopes, scopeMeanings } = member.connect(noCalls).oauth;

    expect(scopes[member.type]?.filter((scope) => scopeMeanings[scope] === undefined)).toEqual([]);
  });
}

describe('microsoft: addresses', () => {
  const oauthOf = (environment: Record<string, string>) =>
    outlook.connect({ config: outlook.config.parse({ ...variables('OUTLOOK'), ...environment }), ...contextOf(noCalls) }).oauth;

  it('are those of the public cloud, and take everybody, unless changed', () => {
    expect(oauthOf({})).toMatchObject({
      authorizationEndpoint: 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize',
      tokenEndpoint: 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
      revocationEndpoint: null,
    });
  });

  it('follow the tenant and the cloud', () => {
    const { tokenEndpoint, issuer } = oauthOf({ OUTLOOK_TENANT_ID: 'contoso.example', OUTLOOK_AUTH_BASE_URL: 'https://login.microsoftonline.us/' });

    expect(tokenEndpoint).toBe('https://login.microsoftonline.us/contoso.example/oauth2/v2.0/token');
    expect(issuer).toBe('https://login.microsoftonline.us/contoso.example/v2.0');
  });

  it.each(['../evil', 'a/b', 'a?b', ''])('refuse %j as a tenant, which would lead elsewhere', (tenant) => {
    expect(outlook.config.safeParse({ ...variables('OUTLOOK'), OUTLOOK_TENANT_ID: tenant }).success).toBe(false);
  });

  it('ask for a scope by the name under which it is answered', () => {
    expect(oauthOf({ OUTLOOK_SCOPES: 'offline_access https://graph.microsoft.com/Calendars.Read' }).scopes).toEqual({
      calendar: ['offline_access', 'Calendars.Read'],
    });
  });
});

describe('microsoft: one app for all', () => {
  const outlookApp = { OUTLOOK_CLIENT_ID: 'outlook-app', OUTLOOK_CLIENT_SECRET: 'outlook-secret', OUTLOOK_TENANT_ID: 'organizations' };
  const configure = (environment: Record<string, string>) =>
    configureProviders(withProviders(z.object({})).parse({ ...outlookApp, ...environment }), { limiter: inProcessRateLimiter() });

  it.each(['microsoft_teams', 'onedrive'])("gives %s Outlook's credentials, tenant, redirect URI and hosts", async (id) => {
    const configured = configure({ OUTLOOK_AUTH_BASE_URL: 'https://login.example', OUTLOOK_REDIRECT_URI: 'https://app.example/back' });

    expect(configured.find(id)?.capabilities.oauth).toMatchObject({
      clientId: 'outlook-app',
      clientSecret: 'outlook-secret',
      redirectUri: 'https://app.example/back',
      tokenEndpoint: 'https://login.example/organizations/oauth2/v2.0/token',
    });
    await configured.close();
  });

  it('leaves to a provider what it has of its own', async () => {
    const own = { MICROSOFT_TEAMS_CLIENT_ID: 'teams-app', MICROSOFT_TEAMS_CLIENT_SECRET: 'teams-secret', ONEDRIVE_TENANT_ID: 'consumers' };
    const configured = configure(own);

    expect(configured.find('microsoft_teams')?.capabilities.oauth).toMatchObject({
      clientId: 'teams-app',
      clientSecret: 'teams-secret',
      tokenEndpoint: 'https://login.microsoftonline.com/organizations/oauth2/v2.0/token',
    });
    expect(configured.find('onedrive')?.capabilities.oauth).toMatchObject({
      clientId: 'outlook-app',
      tokenEndpoint: 'https://login.microsoftonline.com/consumers/oauth2/v2.0/token',
    });
    await configured.close();
  });

  it('takes no app for signing in that was not given for it', async () => {
    const configured = configure({});

    expect(configured.find('microsoft')).toMatchObject({ state: 'not_configured', missing: ['MICROSOFT_CLIENT_ID', 'MICROSOFT_CLIENT_SECRET'] });
    await configured.close();
  });
});
