import { Command } from 'commander';
import type { Streams } from '../../terminal.js';
import { busyCalendarsCommand } from './busy.js';
import { listCalendarsCommand } from './list.js';
import { refreshCalendarsCommand } from './refresh.js';

/** `patchbay calendars …`: the caller's own calendar accounts, and when people are busy. */
export const calendarsCommand = (streams: Streams): Command =>
  [listCalendarsCommand, refreshCalendarsCommand, busyCalendarsCommand].reduce(
    (parent, make) => parent.addCommand(make(streams)),
    new Command('calendars').description('your calendar accounts, and when people are busy'),
  );
