import { setTimeout as sleep } from 'node:timers/promises';
import { getWebhookJob, type WebhookJob } from '@patchbay/contracts';
import type { CommandContext } from '../../command.js';
import { exitCodes } from '../../exit-codes.js';

const askEveryMs = 500;

/** Shows how far a job is until it ends, or only what it is. Ctrl-C leaves it running. Ends with 3 when not everything was taken. */
export async function followJob({ terminal, client, signal }: CommandContext, begun: WebhookJob, isAwaited: boolean): Promise<number> {
  const patchbay = client();
  const progress = terminal.progress('Delivering');
  let job = begun;
  while (isAwaited && job.status === 'running' && !signal.aborted) {
    await sleep(askEveryMs, undefined, { signal }).catch(() => undefined);
    job = await patchbay.call(getWebhookJob, { id: begun.endpoint_id, job_id: begun.id });
    progress.at(job.percent, 100);
  }
  progress.stop();
  terminal.result(job, textOf);
  if (signal.aborted) return exitCodes.interrupted;
  return job.status === 'paused' || job.status === 'cancelled' || job.failed + job.retrying > 0 ? exitCodes.findings : exitCodes.ok;
}

function textOf({ id, status, paused_reason, delivered, retrying, failed, skipped }: WebhookJob): readonly string[] {
  const why = paused_reason === null ? '' : ` (${paused_reason})`;
  return [`Job ${id} is ${status}${why}: ${delivered} delivered, ${retrying} being retried, ${failed} failed, ${skipped} were under way.`];
}
