import { runService } from '@patchbay/service-kit';
import { webhooksService } from './webhooks.service-definition.js';

await runService(webhooksService);
