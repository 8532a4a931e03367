import { Module } from '@nestjs/common';
import { configuredProviders, IndexEndedBookings1763702000000 } from '@patchbay/bookings';
import type { ServiceDefinition } from '@patchbay/service-kit';
import { AccountsController } from './accounts/accounts.controller.js';
import { AccountsRepository } from './accounts/accounts.repository.js';
import { AccountsService } from './accounts/accounts.service.js';
import { CalendarsService } from './accounts/calendars.service.js';
import { CalendarsWorker } from './accounts/calendars.worker.js';
import { BlockWriter } from './blocks/block-writer.js';
import { BlocksController } from './blocks/blocks.controller.js';
import { BlocksRepository } from './blocks/blocks.repository.js';
import { BlocksService } from './blocks/blocks.service.js';
import { BlocksWorker } from './blocks/blocks.worker.js';
import { BookingsController } from './bookings/bookings.controller.js';
import { BookingsRepository } from './bookings/bookings.repository.js';
import { BookingsService } from './bookings/bookings.service.js';
import { RemoteEventsService } from './bookings/remote-events.service.js';
import { RemoteEventsWorker } from './bookings/remote-events.worker.js';
import { BusyController } from './busy/busy.controller.js';
import { BusyRepository } from './busy/busy.repository.js';
import { BusyService } from './busy/busy.service.js';
import { calendarConfig } from './calendar.config.js';
import { BlockEdits } from './conflicts/block-edits.js';
import { BulkResolutionsService } from './conflicts/bulk-resolutions.service.js';
import { ConflictsController } from './conflicts/conflicts.controller.js';
import { ConflictsRepository } from './conflicts/conflicts.repository.js';
import { ConflictsService } from './conflicts/conflicts.service.js';
import { ResolutionsRepository } from './conflicts/resolutions.repository.js';
import { ResolutionsService } from './conflicts/resolutions.service.js';
import { ResolutionsWorker } from './conflicts/resolutions.worker.js';
import { BookingChangesService } from './changes/booking-changes.service.js';
import { CalendarChanges } from './changes/calendar-changes.js';
import { TellingsRepository } from './changes/tellings.repository.js';
import { AskAgainForPush1763708600000 } from './database/migrations/1763708600000-ask-again-for-push.js';
import { RememberLostAccounts1763708900000 } from './database/migrations/1763708900000-remember-lost-accounts.js';
import { CreateAccountsAndBookings1763700200000 } from './database/migrations/1763700200000-create-accounts-and-bookings.js';
import { CreateCalendarReading1763706000000 } from './database/migrations/1763706000000-create-calendar-reading.js';
import { CreatePushChannels1763707100000 } from './database/migrations/1763707100000-create-push-channels.js';
import { CreateSyncTasks1763706100000 } from './database/migrations/1763706100000-create-sync-tasks.js';
import { MendCalendarReading1763707000000 } from './database/migrations/1763707000000-mend-calendar-reading.js';
import { MergeBusyDays1763706200000 } from './database/migrations/1763706200000-merge-busy-days.js';
import { KeepLinksOfAll1763708700000 } from './database/migrations/1763708700000-keep-links-of-all.js';
import { KeepNotices1763707700000 } from './database/migrations/1763707700000-keep-notices.js';
import { GoOnMovingWindows1763707600000 } from './database/migrations/1763707600000-go-on-moving-windows.js';
import { FollowChangesInCalendars1763707200000 } from './database/migrations/1763707200000-follow-changes-in-calendars.js';
import { EndBlocks1763707900000 } from './database/migrations/1763707900000-end-blocks.js';
import { LetOrganizersChange1763708300000 } from './database/migrations/1763708300000-let-organizers-change.js';
import { LetTentativeBeFree1763708000000 } from './database/migrations/1763708000000-let-tentative-be-free.js';
import { RememberWhatWasNotFound1763708800000 } from './database/migrations/1763708800000-remember-what-was-not-found.js';
import { ReadWrittenTimes1763708400000 } from './database/migrations/1763708400000-read-written-times.js';
import { MergeShownDays1763708100000 } from './database/migrations/1763708100000-merge-shown-days.js';
import { TellTimesFromLinks1763708200000 } from './database/migrations/1763708200000-tell-times-from-links.js';
import { DoubtWhatIsMissing1763707500000 } from './database/migrations/1763707500000-doubt-what-is-missing.js';
import { DoubtSingleCalendars1763708500000 } from './database/migrations/1763708500000-doubt-single-calendars.js';
import { CreateBlocksAndConflicts1763707300000 } from './database/migrations/1763707300000-create-blocks-and-conflicts.js';
import { EventsController } from './events/events.controller.js';
import { EventsService } from './events/events.service.js';
import { OpenCalendars } from './events/open-calendars.js';
import { SharingController } from './events/sharing.controller.js';
import { SharingService } from './events/sharing.service.js';
import { GapsController } from './gaps/gaps.controller.js';
import { GapsRepository } from './gaps/gaps.repository.js';
import { GapsService } from './gaps/gaps.service.js';
import { NoticesRepository } from './push/notices.repository.js';
import { NoticesService } from './push/notices.service.js';
import { PushChannelsRepository } from './push/push-channels.repository.js';
import { PushController } from './push/push.controller.js';
import { PushOffer } from './push/push-offer.js';
import { PushService } from './push/push.service.js';
import { PushWorker } from './push/push.worker.js';
import { BusyRangesRepository } from './sync/busy-ranges.repository.js';
import { CalendarReader } from './sync/calendar-reader.js';
import { CalendarsRepository } from './sync/calendars.repository.js';
import { ContentsRepository } from './sync/contents.repository.js';
import { FaultsRepository } from './sync/faults.repository.js';
import { RunsRepository } from './sync/runs.repository.js';
import { SyncService } from './sync/sync.service.js';
import { SyncWorker } from './sync/sync.worker.js';
import { SettingsController } from './settings/settings.controller.js';
import { SettingsRepository } from './settings/settings.repository.js';
import { SettingsService } from './settings/settings.service.js';
import { TasksController } from './tasks/tasks.controller.js';
import { TasksRepository } from './tasks/tasks.repository.js';
import { TasksService } from './tasks/tasks.service.js';

@Module({
  controllers: [
    AccountsController,
    BlocksController,
    BookingsController,
    BusyController,
    ConflictsController,
    EventsController,
    SharingController,
    GapsController,
    PushController,
    SettingsController,
    TasksController,
  ],
  providers: [
    configuredProviders,
    AccountsRepository,
    AccountsService,
    CalendarsService,
    BlockWriter,
    BlocksRepository,
    BlocksService,
    BlocksWorker,
    BlockEdits,
    BulkResolutionsService,
    ConflictsRepository,
    ConflictsService,
    ResolutionsRepository,
    ResolutionsService,
    ResolutionsWorker,
    BookingsRepository,
    BookingsService,
    RemoteEventsService,
    CalendarsRepository,
    BusyRangesRepository,
    ContentsRepository,
    FaultsRepository,
    RunsRepository,
    CalendarReader,
    BookingChangesService,
    CalendarChanges,
    TellingsRepository,
    GapsRepository,
    GapsService,
    OpenCalendars,
    EventsService,
    SharingService,
    SyncService,
    SyncWorker,
    CalendarsWorker,
    RemoteEventsWorker,
    BusyRepository,
    BusyService,
    PushChannelsRepository,
    PushOffer,
    PushService,
    PushWorker,
    NoticesRepository,
    NoticesService,
    SettingsRepository,
    SettingsService,
    TasksRepository,
    TasksService,
  ],
})
class CalendarModule {}

export const calendarService: ServiceDefinition = {
  name: 'calendar',
  module: CalendarModule,
  config: calendarConfig,
  entities: [],
  migrations: [
    CreateAccountsAndBookings1763700200000,
    IndexEndedBookings1763702000000,
    CreateCalendarReading1763706000000,
    CreateSyncTasks1763706100000,
    MergeBusyDays1763706200000,
    MendCalendarReading1763707000000,
    CreatePushChannels1763707100000,
    CreateBlocksAndConflicts1763707300000,
    FollowChangesInCalendars1763707200000,
    GoOnMovingWindows1763707600000,
    KeepNotices1763707700000,
    DoubtWhatIsMissing1763707500000,
    EndBlocks1763707900000,
    LetTentativeBeFree1763708000000,
    MergeShownDays1763708100000,
    TellTimesFromLinks1763708200000,
    LetOrganizersChange1763708300000,
    ReadWrittenTimes1763708400000,
    DoubtSingleCalendars1763708500000,
    AskAgainForPush1763708600000,
    KeepLinksOfAll1763708700000,
    RememberWhatWasNotFound1763708800000,
    RememberLostAccounts1763708900000,
  ],
};
