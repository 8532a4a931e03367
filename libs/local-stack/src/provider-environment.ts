import type { StackPorts } from './ports.js';

/** Points every provider at its fake, with the client that is registered there. */
export function providerEnvironment(ports: StackPorts): Readonly<Record<string, string>> {
  const sandbox = `http://127.0.0.1:${ports.sandbox}`;
  const publicUrl = `http://127.0.0.1:${ports.gateway}`;
  const callback = (provider: string): string => `${publicUrl}/api/integrations/oauth/${provider}/callback/`;
  return {
    GOOGLE_CALENDAR_CLIENT_ID: 'sandbox-google-client',
    GOOGLE_CALENDAR_CLIENT_SECRET: 'sandbox-google-secret',
    GOOGLE_CALENDAR_REDIRECT_URI: callback('google'),
    GOOGLE_API_BASE_URL: `${sandbox}/google`,
    GOOGLE_AUTH_BASE_URL: `${sandbox}/google`,
    ZOOM_CLIENT_ID: 'sandbox-zoom-client',
    ZOOM_CLIENT_SECRET: 'sandbox-zoom-secret',
    ZOOM_REDIRECT_URI: callback('zoom'),
    ZOOM_API_BASE_URL: `${sandbox}/zoom`,
    ZOOM_AUTH_BASE_URL: `${sandbox}/zoom`,
  };
}
