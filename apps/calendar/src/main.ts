import { runService } from '@patchbay/service-kit';
import { calendarService } from './calendar.module.js';

await runService(calendarService);
