import { globSync } from 'node:fs';
import { z } from 'zod';
import { inProcessRateLimiter } from './_kit/rate-limiter.js';
import { configureProviders } from './configure-providers.js';
import { providerConfigs, withProviders } from './provider-configs.js';
import { providers, type ProviderId, type ProviderIdWith } from './registry.js';

const own = z.object({ OWN: z.string() });
const zoomCredentials = { ZOOM_CLIENT_ID: 'id', ZOOM_CLIENT_SECRET: 'secret' };
const googleCredentials = { GOOGLE_CALENDAR_CLIENT_ID: 'id', GOOGLE_CALENDAR_CLIENT_SECRET: 'secret' };

/** Without them Google and Outlook are not asked to call back. */
const webhookSecrets = { GOOGLE_WEBHOOK_SECRET: 'a-secret-of-google', OUTLOOK_WEBHOOK_SECRET: 'a-secret-of-outlook' };

/** Something that passes for a credential of its name. */
const credentialOf = (name: string): string => (/URL|URI|ENDPOINT/.test(name) ? 'https://example.com' : 'a-credential');

const configure = (environment: Record<string, string>) =>
  configureProviders(withProviders(own).parse({ OWN: 'x', ...environment }), { limiter: inProcessRateLimiter() });

describe('the environment of the providers', () => {
  const faults = (environment: Record<string, string>) =>
    withProviders(own)
      .safeParse(environment)
      .error?.issues.map(({ path }) => path.join('.')) ?? [];

  it('may be empty', () => {
    expect(faults({ OWN: 'x' })).toEqual([]);
  });

  it('names every fault of every provider at once, and those of the service', () => {
    const environment = { GOOGLE_CALENDAR_CLIENT_ID: 'id', GOOGLE_API_BASE_URL: 'nowhere', ZOOM_CLIENT_SECRET: 'secret' };

    expect(new Set(faults(environment))).toEqual(new Set(['OWN', 'GOOGLE_API_BASE_URL', 'GOOGLE_CALENDAR_CLIENT_SECRET', 'ZOOM_CLIENT_ID']));
  });

  it('keeps values out of its messages', () => {
    const result = withProviders(own).safeParse({ ZOOM_CLIENT_SECRET: 'very-secret', GOOGLE_API_BASE_URL: 'very-wrong' });

    expect(result.success).toBe(false);
    expect(JSON.stringify(result.error)).not.toContain('very-');
  });

  it('describes every variable', () => {
    const variables = providerConfigs.flatMap(({ shape }) => Object.entries(shape));

    expect(variables.length).toBeGreaterThan(0);
    expect(variables.filter(([, variable]) => (variable.description ?? '') === '').map(([name]) => name)).toEqual([]);
  });
});

describe('configured providers', () => {
  it('are those with credentials; the others say what is missing', async () => {
    const configured = configure(zoomCredentials);

    const stateOf = (id: string) => {
      const { state, missing } = configured.find(id) ?? {};
      return [state, missing];
    };
    expect(stateOf('google')).toEqual(['not_configured', ['GOOGLE_CALENDAR_CLIENT_ID', 'GOOGLE_CALENDAR_CLIENT_SECRET']]);
    expect(stateOf('zoom')).toEqual(['configured', []]);
    await configured.close();
  });

  it('offer exactly the capabilities that their manifests announce', async () => {
    const credentials = Object.fromEntries(providers.flatMap((provider) => provider.credentials.map((name: string) => [name, credentialOf(name)])));
    const configured = configure({ ...credentials, ...webhookSecrets });

    expect(configured.all.map(({ provider, capabilities }) => [provider.id, Object.keys(capabilities).sort()])).toEqual(
      providers.map(({ id, capabilities }) => [id, [...capabilities].sort()]),
    );
    await configured.close();
  });

  it('are asked to call back only where what they say can be verified', async () => {
    const without = configure(googleCredentials);
    const withSecret = configure({ ...googleCredentials, ...webhookSecrets });

    expect(without.find('google')?.capabilities.calendarPush).toBeUndefined();
    expect(withSecret.find('google')?.capabilities.calendarPush).toBeDefined();
    await Promise.all([without.close(), withSecret.close()]);
  });

  it('read webhooks with their webhook secret alone, and do nothing else then', async () => {
    const configured = configure({ ZOOM_WEBHOOK_SECRET_TOKEN: 'secret' });

    const zoom = configured.find('zoom');
    expect([zoom?.inboundWebhooks !== undefined, zoom?.state, zoom?.capabilities]).toEqual([true, 'not_configured', {}]);
    expect(configured.all.filter(({ inboundWebhooks }) => inboundWebhooks !== undefined).map(({ provider }) => provider.id)).toEqual(['zoom']);
    await configured.close();
  });

  it('read no webhooks without a webhook secret', async () => {
    const configured = configure(zoomCredentials);

    expect([configured.find('zoom')?.state, configured.find('zoom')?.inboundWebhooks]).toEqual(['configured', undefined]);
    await configured.close();
  });

  it('are found by id, and only those there are', async () => {
    const configured = configure(googleCredentials);

    expect(configured.find('google')?.capabilities.calendar).toBeDefined();
    expect(configured.find('nope')).toBeUndefined();
    await configured.close();
  });
});

describe('base URLs', () => {
  const oauthOf = (environment: Record<string, string>, id: string) =>
    configure({ ...zoomCredentials, ...googleCredentials, ...environment }).find(id)?.capabilities.oauth;

  it("are the vendors' own unless changed", () => {
    expect(oauthOf({}, 'google')).toMatchObject({
      issuer: 'https://accounts.google.com',
      authorizationEndpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
      tokenEndpoint: 'https://oauth2.googleapis.com/token',
      revocationEndpoint: 'https://oauth2.googleapis.com/revoke',
    });
    expect(oauthOf({}, 'zoom')).toMatchObject({
      authorizationEndpoint: 'https://zoom.us/oauth/authorize',
      tokenEndpoint: 'https://zoom.us/oauth/token',
    });
  });

  it('never let a moved consent page send its codes to the real token endpoint', () => {
    const moved = { GOOGLE_AUTH_BASE_URL: 'http://127.0.0.1:4400/google/' };

    expect(oauthOf(moved, 'google')?.tokenEndpoint).toBe('http://127.0.0.1:4400/google/token');
    expect(oauthOf({ ...moved, GOOGLE_TOKEN_BASE_URL: 'http://127.0.0.1:4401' }, 'google')?.tokenEndpoint).toBe('http://127.0.0.1:4401/token');
  });

  it('of one family move together, and each can be moved by itself', () => {
    const drive = { GOOGLE_DRIVE_CLIENT_ID: 'id', GOOGLE_DRIVE_CLIENT_SECRET: 'secret' };
    const moved = { ...drive, GOOGLE_AUTH_BASE_URL: 'http://127.0.0.1:4400/google' };
    const ids = ['google', 'google_meet', 'google_drive'];

    expect(ids.map((id) => oauthOf(drive, id)?.tokenEndpoint)).toEqual(ids.map(() => 'https://oauth2.googleapis.com/token'));
    expect(ids.map((id) => oauthOf(moved, id)?.tokenEndpoint)).toEqual(ids.map(() => 'http://127.0.0.1:4400/google/token'));
    expect(oauthOf({ ...moved, GOOGLE_DRIVE_AUTH_BASE_URL: 'http://127.0.0.1:4401' }, 'google_drive')?.tokenEndpoint).toBe(
      'http://127.0.0.1:4401/token',
    );
  });

  it('keep a path of their own', () => {
    expect(oauthOf({ ZOOM_AUTH_BASE_URL: 'http://127.0.0.1:4400/zoom' }, 'zoom')?.tokenEndpoint).toBe('http://127.0.0.1:4400/zoom/oauth/token');
  });

  it('stand beside scopes that an operator may replace', () => {
    expect(oauthOf({ ZOOM_SCOPES: ' meeting:write:meeting  user:read:user ' }, 'zoom')?.scopes).toEqual({
      video: ['meeting:write:meeting', 'user:read:user'],
    });
  });
});

describe('the registry', () => {
  it('knows at compile time who offers what', () => {
    const calendars: readonly ProviderIdWith<'calendar'>[] = ['google'];
    const videos: readonly ProviderIdWith<'video'>[] = ['zoom'];
    // @ts-expect-error Zoom keeps no calendars.
    const wrong: ProviderIdWith<'calendar'> = 'zoom';
    const known: readonly ProviderId[] = [...calendars, ...videos, wrong];

    const offering = (capability: string) => providers.filter(({ capabilities }) => capabilities.some((offered) => offered === capability));
    expect([offering('calendar'), offering('video')].flat().map(({ id }) => id)).toEqual(expect.arrayContaining([...calendars, ...videos]));
    expect(providers.map(({ id }) => id)).toEqual(expect.arrayContaining([...known]));
  });

  it('knows every provider by an id of its own', () => {
    expect(new Set(providers.map(({ id }) => id)).size).toBe(providers.length);
  });

  it.each(providers.map(({ id }) => id))('has a setup guide and an icon for %s', (id) => {
    // In the folder of its id, or under its id in the folder of its family.
    const missing = ['setup.md', 'icon.svg'].filter(
      (file) => globSync([`${id}/${file}`, `*/${id}.${file}`], { cwd: new URL('.', import.meta.url) }).length !== 1,
    );

    expect(missing).toEqual([]);
  });
});
