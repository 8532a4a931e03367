import { spawn, type ChildProcess } from 'node:child_process';

// Reads lines of pids and remembers the last. When the pipe closes, the supervisor is gone, however it went (even by SIGKILL):
// whatever it still had running is asked to stop, and after ten seconds made to.
const guardScript = `
trap '' INT HUP TERM
pids=
while read -r line; do pids=$line; done
[ -z "$pids" ] && exit 0
kill -TERM $pids 2>/dev/null
for tenth in $(seq 1 100); do
  alive=
  for pid in $pids; do kill -0 "$pid" 2>/dev/null && alive="$alive $pid"; done
  [ -z "$alive" ] && exit 0
  pids=$alive
  sleep 0.1
done
kill -KILL $pids 2>/dev/null
`;

/** A tiny shell that outlives the supervisor and sees to it that no child of it stays behind. */
export class Guard {
  private readonly shell: ChildProcess;

  constructor() {
    this.shell = spawn('/bin/sh', ['-c', guardScript], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    this.shell.on('error', () => undefined);
    this.shell.stdin?.on('error', () => undefined);
    this.shell.unref();
    // A pipe keeps the event loop alive until it is let go explicitly.
    (this.shell.stdin as { unref?: () => void } | null)?.unref?.();
  }

  /** Replaces the list of processes to end when the supervisor vanishes. */
  watch(pids: readonly number[]): void {
    this.shell.stdin?.write(`${pids.join(' ')}\n`);
  }

  /** Lets the guard go: everything was stopped in order. */
  release(): void {
    this.shell.stdin?.end('\n');
  }
}
