import { Module } from '@nestjs/common';
import { configuredProviders, IndexEndedBookings1763702000000 } from '@patchbay/bookings';
import type { ServiceDefinition } from '@patchbay/service-kit';
import { AccountsController } from './accounts/accounts.controller.js';
import { AccountsRepository } from './accounts/accounts.repository.js';
import { AccountsService } from './accounts/accounts.service.js';
import { BookingsController } from './bookings/bookings.controller.js';
import { BookingsRepository } from './bookings/bookings.repository.js';
import { BookingsService } from './bookings/bookings.service.js';
import { MeetingsService } from './bookings/meetings.service.js';
import { MeetingsWorker } from './bookings/meetings.worker.js';
import { CreateAccountsAndBookings1763700100000 } from './database/migrations/1763700100000-create-accounts-and-bookings.js';
import { LetOrganizersChange1763702100000 } from './database/migrations/1763702100000-let-organizers-change.js';
import { videoConfig } from './video.config.js';

@Module({
  controllers: [AccountsController, BookingsController],
  providers: [configuredProviders, AccountsRepository, AccountsService, BookingsRepository, BookingsService, MeetingsService, MeetingsWorker],
})
class VideoModule {}

export const videoService: ServiceDefinition = {
  name: 'video',
  module: VideoModule,
  config: videoConfig,
  entities: [],
  migrations: [CreateAccountsAndBookings1763700100000, IndexEndedBookings1763702000000, LetOrganizersChange1763702100000],
};
