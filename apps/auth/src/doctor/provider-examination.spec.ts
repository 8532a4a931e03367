import type { Check, Examination } from '@patchbay/contracts';
import { configureProviders, inProcessRateLimiter, withProviders, type ConfiguredProviders } from '@patchbay/providers';
import { createZoomFake, startFake, zoomFakeClient, type RunningFake, type ZoomFake } from '@patchbay/providers/testing';
import { z } from 'zod';
import { examineProvider } from './provider-examination.js';

const redirectUri = 'https://app.example.com/callback';

describe('the examination of a provider', () => {
  let zoom: RunningFake<ZoomFake>;
  let configured: ConfiguredProviders | undefined;

  beforeEach(async () => {
    zoom = await startFake(createZoomFake({ clients: [{ ...zoomFakeClient, redirectUris: [redirectUri] }] }));
  });
  afterEach(async () => {
    await zoom.stop();
    await configured?.close();
  });

  const examine = (
    change: Readonly<Record<string, string | undefined>> = {},
    surroundings: { isProduction?: boolean; redirectUris?: readonly string[]; now?: () => Date } = {},
  ): Promise<Examination> => {
    const environment = {
      ZOOM_CLIENT_ID: zoomFakeClient.clientId,
      ZOOM_CLIENT_SECRET: zoomFakeClient.clientSecret,
      ZOOM_REDIRECT_URI: redirectUri,
      ZOOM_API_BASE_URL: zoom.url,
      ZOOM_AUTH_BASE_URL: zoom.url,
      ...change,
    };
    configured = configureProviders(withProviders(z.object({})).parse(environment), { limiter: inProcessRateLimiter() });
    const provider = configured.find('zoom');
    if (provider === undefined) throw new Error('unreachable: Zoom is in the registry');
    return examineProvider(provider, { isProduction: false, redirectUris: [], now: () => new Date(), ...surroundings });
  };
  const named = ({ checks }: Examination, name: string): Check | undefined => checks.find((check) => check.name === name);

  it('finds nothing wrong with one that is set up well', async () => {
    const found = await examine();

    expect(found).toMatchObject({ subject: 'zoom', name: 'Zoom', status: 'ok' });
    expect(found.checks.map(({ name }) => name).sort()).toEqual(['client', 'clock', 'consent_page', 'redirect_uri', 'scopes']);
    expect(found.checks.filter(({ remedy }) => remedy !== null)).toEqual([]);
  });

  it.each([
    ['secret', { ZOOM_CLIENT_SECRET: 'an-old-one' }],
    ['id', { ZOOM_CLIENT_ID: 'of-another-app' }],
  ])('finds a wrong client %s', async (_, change) => {
    const found = await examine(change);

    expect(found.status).toBe('failed');
    expect(named(found, 'client')).toMatchObject({ status: 'failed', remedy: expect.stringMatching(/console again/) });
  });

  it('finds a redirect URI that the provider does not know', async () => {
    const found = await examine({ ZOOM_REDIRECT_URI: `${redirectUri}/` });

    expect(named(found, 'consent_page')).toMatchObject({ status: 'failed', remedy: expect.stringContaining(`${redirectUri}/`) });
    expect(named(found, 'client')?.status).toBe('ok');
  });

  it('finds scopes that the app does not have', async () => {
    const found = await examine({ ZOOM_SCOPES: 'meeting:read everything:write' });

    expect(named(found, 'consent_page')?.status).toBe('failed');
    expect(named(found, 'scopes')).toMatchObject({ status: 'warning', message: expect.stringContaining('everything:write') });
  });

  it('wants https in production, and a redirect URI at all', async () => {
    expect(named(await examine({ ZOOM_REDIRECT_URI: 'http://app.example.com/callback' }, { isProduction: true }), 'redirect_uri')?.status).toBe(
      'failed',
    );
    expect(named(await examine({ ZOOM_REDIRECT_URI: undefined }), 'redirect_uri')?.status).toBe('warning');
    expect(named(await examine({ ZOOM_REDIRECT_URI: undefined }, { redirectUris: [redirectUri] }), 'redirect_uri')?.status).toBe('ok');
  });

  it('finds a clock that is off', async () => {
    const found = await examine({}, { now: () => new Date(Date.now() + 3_600_000) });

    expect(named(found, 'clock')).toMatchObject({ status: 'failed', message: expect.stringMatching(/ahead/) });
  });

  it('says when nobody answers', async () => {
    await zoom.stop();
    const found = await examine();

    expect(found.status).toBe('failed');
    expect(named(found, 'client')?.message).toMatch(/cannot be reached/);
    expect(named(found, 'consent_page')?.message).toMatch(/cannot be reached/);
  });

  it('names what is missing of one that is not in use', async () => {
    const found = await examine({ ZOOM_CLIENT_ID: undefined, ZOOM_CLIENT_SECRET: undefined });

    expect(found).toMatchObject({ status: 'unknown', checks: [{ message: expect.stringContaining('ZOOM_CLIENT_ID, ZOOM_CLIENT_SECRET') }] });
  });

  it('leaves nothing behind at the provider', async () => {
    await examine();

    expect(zoom.fake.accounts().filter(({ grants }) => grants > 0)).toEqual([]);
  });
});
