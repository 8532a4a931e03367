import { Command } from 'commander';
import type { Streams } from '../../terminal.js';
import { listDeadLettersCommand } from './list.js';
import { replayDeadLettersCommand } from './replay.js';

/** `patchbay dead-letters …`: events that a service could not handle. */
export const deadLettersCommand = (streams: Streams): Command =>
  new Command('dead-letters')
    .alias('dead_letters')
    .description('events that a service could not handle')
    .addCommand(listDeadLettersCommand(streams))
    .addCommand(replayDeadLettersCommand(streams));
