import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * Which of these processes hold the other ends of connections that came from these ports; null where the system does not tell (it does on Linux,
 * of processes of ours).
 */
export function callersAt(ports: readonly number[], pids: Readonly<Record<string, number>>): readonly (string | null)[] {
  try {
    const inodes = inodesByPort();
    const sockets = Object.entries(pids).map(([name, pid]) => ({ name, held: socketsOf(pid) }));
    return ports.map((port) => sockets.find(({ held }) => held.has(`socket:[${inodes.get(port)}]`))?.name ?? null);
  } catch {
    return ports.map(() => null);
  }
}

/** Own port → socket. Columns: 1 local address:port, 3 state (01 is ESTABLISHED), 9 inode. proc_net(5) */
function inodesByPort(): ReadonlyMap<number, string> {
  const rows = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((row) => row.trim().split(/\s+/));
  return new Map(
    rows.flatMap(([, local = '', , state, , , , , , inode = '']) =>
      state === '01' ? [[Number.parseInt(local.slice(local.indexOf(':') + 1), 16), inode] as const] : [],
    ),
  );
}

const socketsOf = (pid: number): ReadonlySet<string> => new Set(readdirSync(`/proc/${pid}/fd`).map((fd) => targetOf(pid, fd)));

function targetOf(pid: number, fd: string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch {
    // Closed since the folder was read.
    return '';
  }
}
