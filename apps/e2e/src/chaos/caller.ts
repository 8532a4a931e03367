import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * Which of these processes holds the other end of a connection that came from this port; null where the system does not tell (it does on Linux,
 * of processes of ours).
 */
export function callerAt(port: number, pids: Readonly<Record<string, number>>): string | null {
  try {
    const inode = inodeOf(port);
    return Object.keys(pids).find((name) => inode !== null && holds(pids[name] ?? 0, inode)) ?? null;
  } catch {
    return null;
  }
}

/** The socket whose own end is this port. Columns: 1 local address:port, 3 state (01 is ESTABLISHED), 9 inode. proc_net(5) */
function inodeOf(port: number): string | null {
  const own = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((row) => row.trim().split(/\s+/));
  return rows.find((cells) => cells[1]?.endsWith(own) === true && cells[3] === '01')?.[9] ?? null;
}

const holds = (pid: number, inode: string): boolean => readdirSync(`/proc/${pid}/fd`).some((fd) => targetOf(pid, fd) === `socket:[${inode}]`);

function targetOf(pid: number, fd: string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch {
    // Closed since the folder was read.
    return '';
  }
}
