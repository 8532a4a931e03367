import { Module } from '@nestjs/common';
import { Database, PostgresRateLimiter } from '@patchbay/database';
import { configureProviders } from '@patchbay/providers';
import { LOG, recordProviderCall, SERVICE_CONFIG, type Logger, type ServiceDefinition } from '@patchbay/service-kit';
import { AccountsController } from './accounts/accounts.controller.js';
import { AccountsRepository } from './accounts/accounts.repository.js';
import { AccountsService } from './accounts/accounts.service.js';
import { CalendarsService } from './accounts/calendars.service.js';
import { CalendarsWorker } from './accounts/calendars.worker.js';
import { BookingsController } from './bookings/bookings.controller.js';
import { BookingsRepository } from './bookings/bookings.repository.js';
import { BookingsService } from './bookings/bookings.service.js';
import { RemoteEventsService } from './bookings/remote-events.service.js';
import { RemoteEventsWorker } from './bookings/remote-events.worker.js';
import { calendarConfig } from './calendar.config.js';
import { PROVIDERS } from './calendar.providers.js';
import { CreateAccountsAndBookings1763700200000 } from './database/migrations/1763700200000-create-accounts-and-bookings.js';

const configuredProviders = {
  provide: PROVIDERS,
  inject: [SERVICE_CONFIG, Database, LOG],
  useFactory: (config: Readonly<Record<string, unknown>>, database: Database, log: Logger) =>
    configureProviders(config, { limiter: new PostgresRateLimiter(database), onCall: recordProviderCall(log) }),
};

@Module({
  controllers: [AccountsController, BookingsController],
  providers: [
    configuredProviders,
    AccountsRepository,
    AccountsService,
    CalendarsService,
    BookingsRepository,
    BookingsService,
    RemoteEventsService,
    CalendarsWorker,
    RemoteEventsWorker,
  ],
})
class CalendarModule {}

export const calendarService: ServiceDefinition = {
  name: 'calendar',
  module: CalendarModule,
  config: calendarConfig,
  entities: [],
  migrations: [CreateAccountsAndBookings1763700200000],
};
