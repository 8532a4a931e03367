import { defineProvider } from '@patchbay/capabilities';
import { z } from 'zod';
import { azureBlobCredentials } from './azure_blob.credentials.js';

/** Every environment variable of Azure Blob Storage. */
const azureBlobConfig = z.object({
  AZURE_BLOB_API_BASE_URL: z
    .url()
    .optional()
    .describe(
      'Where Azure Blob Storage is, in place of `https://<account>.blob.core.windows.net`; the account then stands in the path. A sandbox can stand in.',
    ),
});

/** Azure Blob Storage, with an account key of the person's own storage account. */
export const azureBlob = defineProvider({
  id: 'azure_blob',
  displayName: 'Azure Blob Storage',
  setupGuide: new URL('https://learn.microsoft.com/azure/storage/common/storage-account-keys-manage'),
  config: azureBlobConfig,
  credentials: [],
  // 20,000 requests a second for a storage account. https://learn.microsoft.com/azure/storage/common/scalability-targets-standard-account
  limits: { provider: { limit: 1_000, perMs: 1_000 }, account: { limit: 100, perMs: 1_000 } },
  types: ['storage'],
  capabilities: ['credentials'],
  connect: ({ config, outbound, userAimedOutbound, now }) => ({
    credentials: azureBlobCredentials({ baseUrl: config.AZURE_BLOB_API_BASE_URL, outbound, userAimedOutbound, now }),
  }),
});
