import type { ServiceDefinition } from '@patchbay/service-kit';
import { CreateWebhooks1763700001000 } from './database/migrations/1763700001000-create-webhooks.js';
import { RotateSecrets1763700500010 } from './database/migrations/1763700500010-rotate-secrets.js';
import { ResendDeliveries1763700500011 } from './database/migrations/1763700500011-resend-deliveries.js';
import { ReplayDeliveries1763700500012 } from './database/migrations/1763700500012-replay-deliveries.js';
import { CountAttempts1763700500013 } from './database/migrations/1763700500013-count-attempts.js';
import { LimitRates1763700500014 } from './database/migrations/1763700500014-limit-rates.js';
import { CreateReceivedWebhooks1763700500050 } from './database/migrations/1763700500050-create-received-webhooks.js';
import { PartitionLog1763700500060 } from './database/migrations/1763700500060-partition-log.js';
import { KeepChannelsOfNotices1763707100000 } from './database/migrations/1763707100000-keep-channels-of-notices.js';
import { webhooksConfig } from './webhooks.config.js';
import { WebhooksModule } from './webhooks.module.js';
import { sealedTables } from './database/sealed-tables.js';

/** What makes this service differ from another; specs start it from here, too. */
export const webhooksService: ServiceDefinition = {
  name: 'webhooks',
  module: WebhooksModule,
  config: webhooksConfig,
  entities: [],
  migrations: [
    CreateWebhooks1763700001000,
    RotateSecrets1763700500010,
    ResendDeliveries1763700500011,
    ReplayDeliveries1763700500012,
    CountAttempts1763700500013,
    LimitRates1763700500014,
    CreateReceivedWebhooks1763700500050,
    PartitionLog1763700500060,
    KeepChannelsOfNotices1763707100000,
  ],
  sealedTables,
};
