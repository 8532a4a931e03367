import { defineProvider } from '@patchbay/capabilities';
import { z } from 'zod';
import { s3Credentials } from './s3.credentials.js';

/** Every environment variable of S3. */
const s3Config = z.object({
  S3_API_BASE_URL: z
    .url()
    .optional()
    .describe(
      "Where Amazon S3 is, in place of `https://s3.<region>.amazonaws.com`; a sandbox or a proxy can stand in. People's own stores keep their address.",
    ),
});

/** Amazon S3 and whatever speaks its language, with an access key of the person's own account. */
export const s3 = defineProvider({
  id: 's3',
  displayName: 'Amazon S3',
  setupGuide: new URL('https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html'),
  config: s3Config,
  credentials: [],
  // S3 allows 5,500 reads a second for each prefix; other stores far less. https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html
  limits: { provider: { limit: 1_000, perMs: 1_000 }, account: { limit: 50, perMs: 1_000 } },
  types: ['storage'],
  capabilities: ['credentials'],
  connect: ({ config, outbound, userAimedOutbound, now }) => ({
    credentials: s3Credentials({ baseUrl: config.S3_API_BASE_URL, outbound, userAimedOutbound, now }),
  }),
});
