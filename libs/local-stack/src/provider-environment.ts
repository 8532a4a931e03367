import type { StackPorts } from './ports.js';

/** Points every provider at its fake, with the client that is registered there. */
export function providerEnvironment(ports: StackPorts): Readonly<Record<string, string>> {
  const sandbox = `http://127.0.0.1:${ports.sandbox}`;
  const publicUrl = `http://127.0.0.1:${ports.gateway}`;
  const addresses: Addresses = { sandbox, callback: (provider) => `${publicUrl}/api/integrations/oauth/${provider}/callback/` };
  return { ...google(addresses), ...microsoft(addresses), ...others(addresses), ...withoutOAuth(addresses), ...webhookSecrets };
}

interface Addresses {
  readonly sandbox: string;
  readonly callback: (provider: string) => string;
}

type Variables = Readonly<Record<string, string>>;

const google = ({ sandbox, callback }: Addresses): Variables => ({
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
});

const microsoft = ({ sandbox, callback }: Addresses): Variables => ({
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
});

const others = ({ sandbox, callback }: Addresses): Variables => ({
  INSTAGRAM_CLIENT_ID: 'sandbox-instagram-client',
  INSTAGRAM_CLIENT_SECRET: 'sandbox-instagram-secret',
  INSTAGRAM_REDIRECT_URI: callback('instagram'),
  INSTAGRAM_API_BASE_URL: `${sandbox}/instagram`,
  INSTAGRAM_AUTH_BASE_URL: `${sandbox}/instagram`,
  ZOOM_CLIENT_ID: 'sandbox-zoom-client',
  ZOOM_CLIENT_SECRET: 'sandbox-zoom-secret',
  ZOOM_REDIRECT_URI: callback('zoom'),
  ZOOM_API_BASE_URL: `${sandbox}/zoom`,
  ZOOM_AUTH_BASE_URL: `${sandbox}/zoom`,
  WEBEX_CLIENT_ID: 'sandbox-webex-client',
  WEBEX_CLIENT_SECRET: 'sandbox-webex-secret',
  WEBEX_REDIRECT_URI: callback('webex'),
  WEBEX_API_BASE_URL: `${sandbox}/webex`,
  WEBEX_AUTH_BASE_URL: `${sandbox}/webex`,
  DROPBOX_CLIENT_ID: 'sandbox-dropbox-client',
  DROPBOX_CLIENT_SECRET: 'sandbox-dropbox-secret',
  DROPBOX_REDIRECT_URI: callback('dropbox'),
  DROPBOX_API_BASE_URL: `${sandbox}/dropbox`,
  DROPBOX_AUTH_BASE_URL: `${sandbox}/dropbox`,
  GITHUB_CLIENT_ID: 'sandbox-github-client',
  GITHUB_CLIENT_SECRET: 'sandbox-github-secret',
  GITHUB_REDIRECT_URI: callback('github'),
  GITHUB_API_BASE_URL: `${sandbox}/github`,
  GITHUB_AUTH_BASE_URL: `${sandbox}/github`,
  DISCORD_CLIENT_ID: 'sandbox-discord-client',
  DISCORD_CLIENT_SECRET: 'sandbox-discord-secret',
  DISCORD_REDIRECT_URI: callback('discord'),
  DISCORD_API_BASE_URL: `${sandbox}/discord`,
  DISCORD_AUTH_BASE_URL: `${sandbox}/discord`,
});

/** People bring what opens these; CalDAV servers have no address of their own. */
const withoutOAuth = ({ sandbox }: Addresses): Variables => ({
  APPLE_API_BASE_URL: `${sandbox}/apple`,
  S3_API_BASE_URL: `${sandbox}/s3`,
  AZURE_BLOB_API_BASE_URL: `${sandbox}/azure_blob`,
  GCS_API_BASE_URL: `${sandbox}/gcs`,
  GCS_AUTH_BASE_URL: `${sandbox}/gcs`,
  STRIPE_API_BASE_URL: `${sandbox}/stripe`,
  PAYPAL_API_BASE_URL: `${sandbox}/paypal`,
  SENDGRID_API_BASE_URL: `${sandbox}/sendgrid`,
  MAILGUN_API_BASE_URL: `${sandbox}/mailgun`,
});

/** What the fakes sign their webhooks with, and the public halves where they sign with a key pair. */
const webhookSecrets: Variables = {
  ZOOM_WEBHOOK_SECRET_TOKEN: 'sandbox-zoom-webhook-secret',
  GOOGLE_WEBHOOK_SECRET: 'sandbox-google-webhook-secret',
  OUTLOOK_WEBHOOK_SECRET: 'sandbox-outlook-webhook-secret',
  INSTAGRAM_WEBHOOK_VERIFY_TOKEN: 'sandbox-instagram-verify-token',
  YOUTUBE_WEBHOOK_SECRET: 'sandbox-youtube-webhook-secret',
  WEBEX_WEBHOOK_SECRET: 'sandbox-webex-webhook-secret',
  AGORA_WEBHOOK_SECRET: 'sandbox-agora-webhook-secret',
  STRIPE_WEBHOOK_SECRET: 'whsec_sandbox0123456789abcdefghijkl',
  GITHUB_WEBHOOK_SECRET: 'sandbox-github-webhook-secret',
  DISCORD_PUBLIC_KEY: 'd216fbabc8f4aa3677f9e3f7aab94e4932456a69ecb829455ddf946fb32f5792',
  SENDGRID_WEBHOOK_PUBLIC_KEY:
    'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEh2oF1HUs1gWBLjtzQe7HMBSmvCIdmoSjnSwlKB8Mp9niLWRHXYEqurqcYvG4LFo5gKDGHyYpclI/0/MSavm/+Q==',
  MAILGUN_WEBHOOK_SIGNING_KEY: 'sandbox-mailgun-signing-key',
  PAYPAL_WEBHOOK_ID: '0EH40505U7160970P',
};
