import { Controller, Inject } from '@nestjs/common';
import {
  forceCalendarSync,
  getSyncTask,
  listSyncRuns,
  refreshCalendarAccount,
  type InputOf,
  type OutputOf,
  type SyncTask,
} from '@patchbay/contracts';
import { OnRequest, requireUser, type RequestContext } from '@patchbay/messaging';
import { TasksService } from './tasks.service.js';

@Controller()
export class TasksController {
  constructor(@Inject(TasksService) private readonly tasks: TasksService) {}

  @OnRequest(refreshCalendarAccount)
  refresh(input: InputOf<typeof refreshCalendarAccount>, context: RequestContext): Promise<OutputOf<typeof refreshCalendarAccount>> {
    return this.tasks.refresh(requireUser(context), input.id);
  }

  @OnRequest(forceCalendarSync)
  forceSync(input: InputOf<typeof forceCalendarSync>, context: RequestContext): Promise<OutputOf<typeof forceCalendarSync>> {
    return this.tasks.forceSync(requireUser(context), input.id);
  }

  @OnRequest(getSyncTask)
  get(input: InputOf<typeof getSyncTask>, context: RequestContext): Promise<SyncTask> {
    return this.tasks.get(requireUser(context), input.task_id);
  }

  @OnRequest(listSyncRuns)
  runs(input: InputOf<typeof listSyncRuns>, context: RequestContext): Promise<OutputOf<typeof listSyncRuns>> {
    return this.tasks.runs(requireUser(context), input);
  }
}
