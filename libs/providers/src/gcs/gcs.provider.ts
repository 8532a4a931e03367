import { defineProvider } from '@patchbay/capabilities';
import { z } from 'zod';
import { gcsCredentials } from './gcs.credentials.js';

/** Every environment variable of Google Cloud Storage. */
const gcsConfig = z.object({
  GCS_API_BASE_URL: z
    .url()
    .default('https://storage.googleapis.com')
    .describe("Where Google Cloud Storage's API is; a sandbox or a proxy can stand in."),
  GCS_AUTH_BASE_URL: z.url().default('https://oauth2.googleapis.com').describe('Where service accounts of Google Cloud get their tokens.'),
});

/** Google Cloud Storage, with a key of a service account that the person made. */
export const gcs = defineProvider({
  id: 'gcs',
  displayName: 'Google Cloud Storage',
  setupGuide: new URL('https://console.cloud.google.com/iam-admin/serviceaccounts'),
  config: gcsConfig,
  credentials: [],
  // 5,000 reads a second for a bucket at first. https://cloud.google.com/storage/docs/request-rate
  limits: { provider: { limit: 1_000, perMs: 1_000 }, account: { limit: 50, perMs: 1_000 } },
  types: ['storage'],
  capabilities: ['credentials'],
  connect: ({ config, outbound, now }) => ({
    credentials: gcsCredentials({ apiBaseUrl: config.GCS_API_BASE_URL, authBaseUrl: config.GCS_AUTH_BASE_URL, outbound, now }),
  }),
});
