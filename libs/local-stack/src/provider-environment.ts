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
    GOOGLE_MEET_REDIRECT_URI: callback('google_meet'),
    GOOGLE_DRIVE_CLIENT_ID: 'sandbox-google_drive-client',
    GOOGLE_DRIVE_CLIENT_SECRET: 'sandbox-google_drive-secret',
    GOOGLE_DRIVE_REDIRECT_URI: callback('google_drive'),
    YOUTUBE_CLIENT_ID: 'sandbox-youtube-client',
    YOUTUBE_CLIENT_SECRET: 'sandbox-youtube-secret',
    YOUTUBE_REDIRECT_URI: callback('youtube'),
    GOOGLE_OAUTH_CLIENT_ID: 'sandbox-google_sign_in-client',
    GOOGLE_OAUTH_CLIENT_SECRET: 'sandbox-google_sign_in-secret',
    ZOOM_CLIENT_ID: 'sandbox-zoom-client',
    ZOOM_CLIENT_SECRET: 'sandbox-zoom-secret',
    ZOOM_REDIRECT_URI: callback('zoom'),
    ZOOM_API_BASE_URL: `${sandbox}/zoom`,
    ZOOM_AUTH_BASE_URL: `${sandbox}/zoom`,
    // Teams and OneDrive take the rest from Outlook.
    OUTLOOK_CLIENT_ID: 'sandbox-microsoft-client',
    OUTLOOK_CLIENT_SECRET: 'sandbox-microsoft-secret',
    OUTLOOK_REDIRECT_URI: callback('outlook'),
    OUTLOOK_API_BASE_URL: `${sandbox}/microsoft`,
    OUTLOOK_AUTH_BASE_URL: `${sandbox}/microsoft`,
    MICROSOFT_TEAMS_REDIRECT_URI: callback('microsoft_teams'),
    ONEDRIVE_REDIRECT_URI: callback('onedrive'),
    MICROSOFT_CLIENT_ID: 'sandbox-microsoft-client',
    MICROSOFT_CLIENT_SECRET: 'sandbox-microsoft-secret',
    MICROSOFT_REDIRECT_URI: callback('microsoft'),
    MICROSOFT_API_BASE_URL: `${sandbox}/microsoft`,
    MICROSOFT_AUTH_BASE_URL: `${sandbox}/microsoft`,
  };
}
