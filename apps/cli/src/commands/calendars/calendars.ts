import { Command } from 'commander';
import type { Streams } from '../../terminal.js';
import { blocksCommand } from './blocks.js';
import { busyCalendarsCommand } from './busy.js';
import { conflictsCommand } from './conflicts.js';
import { listCalendarsCommand } from './list.js';
import { refreshCalendarsCommand } from './refresh.js';
import { resolveConflictsCommand } from './resolve.js';

/** `patchbay calendars …`: the caller's own calendar accounts, when people are busy, and what is at the same time. */
export const calendarsCommand = (streams: Streams): Command =>
  [listCalendarsCommand, refreshCalendarsCommand, busyCalendarsCommand, blocksCommand, conflictsCommand, resolveConflictsCommand].reduce(
    (parent, make) => parent.addCommand(make(streams)),
    new Command('calendars').description('your calendar accounts, when people are busy, and conflicts'),
  );
