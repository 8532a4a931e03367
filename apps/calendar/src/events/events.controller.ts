import { Controller, Inject } from '@nestjs/common';
import {
  createCalendarEvent,
  deleteCalendarEvent,
  getCalendarEvent,
  listCalendarEvents,
  updateCalendarEvent,
  writeCalendarEvents,
  type CalendarEvent,
  type InputOf,
  type OutputOf,
} from '@patchbay/contracts';
import { OnRequest, requireUser, type RequestContext } from '@patchbay/messaging';
import { EventsService } from './events.service.js';

@Controller()
export class EventsController {
  constructor(@Inject(EventsService) private readonly events: EventsService) {}

  @OnRequest(listCalendarEvents)
  list(input: InputOf<typeof listCalendarEvents>, context: RequestContext): Promise<OutputOf<typeof listCalendarEvents>> {
    return this.events.list(requireUser(context), input);
  }

  @OnRequest(getCalendarEvent)
  get(input: InputOf<typeof getCalendarEvent>, context: RequestContext): Promise<CalendarEvent> {
    return this.events.get(requireUser(context), input);
  }

  @OnRequest(createCalendarEvent)
  create(input: InputOf<typeof createCalendarEvent>, context: RequestContext): Promise<CalendarEvent> {
    return this.events.create(requireUser(context), input);
  }

  @OnRequest(updateCalendarEvent)
  update(input: InputOf<typeof updateCalendarEvent>, context: RequestContext): Promise<CalendarEvent> {
    return this.events.update(requireUser(context), input);
  }

  @OnRequest(deleteCalendarEvent)
  remove(input: InputOf<typeof deleteCalendarEvent>, context: RequestContext): Promise<null> {
    return this.events.remove(requireUser(context), input);
  }

  @OnRequest(writeCalendarEvents)
  write(input: InputOf<typeof writeCalendarEvents>, context: RequestContext): Promise<OutputOf<typeof writeCalendarEvents>> {
    return this.events.write(requireUser(context), input);
  }
}
