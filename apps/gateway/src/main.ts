import { runProcess } from '@patchbay/service-kit';
import { gatewayConfig } from './gateway.config.js';
import { startGateway } from './start-gateway.js';

await runProcess('gateway', gatewayConfig, startGateway);
