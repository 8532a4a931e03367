import { Module } from '@nestjs/common';
import { configuredProviders, IndexEndedBookings1763702000000 } from '@patchbay/bookings';
import type { ServiceDefinition } from '@patchbay/service-kit';
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
import { CreateAccountsAndBookings1763700200000 } from './database/migrations/1763700200000-create-accounts-and-bookings.js';
import { CreateCalendarReading1763706000000 } from './database/migrations/1763706000000-create-calendar-reading.js';

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
  migrations: [CreateAccountsAndBookings1763700200000, IndexEndedBookings1763702000000, CreateCalendarReading1763706000000],
};
