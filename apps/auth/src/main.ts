import { runService } from '@patchbay/service-kit';
import { authService } from './auth.service-definition.js';

await runService(authService);
