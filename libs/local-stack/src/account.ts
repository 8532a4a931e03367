import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** An unprivileged account of this system. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** The account PostgreSQL runs as when we are root, which it refuses to be; null when we are not root. */
export function accountForPostgres(): Account | null {
  if (process.getuid?.() !== 0) return null;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
  const account = accounts.find(({ name }) => name === 'postgres') ?? accounts.find(({ name }) => name === 'nobody');
  if (account === undefined) throw new Error('PostgreSQL refuses to run as root, and this system has neither a "postgres" nor a "nobody" account.');
  return account;
}

/** Whether the account can get at a file or folder: every folder on the way must let it through. */
export function canReach(account: Account, path: string): boolean {
  if (!existsSync(path)) return canReach(account, dirname(path));
  const { mode, uid, gid } = statSync(path);
  const bits = uid === account.uid ? mode >> 6 : gid === account.gid ? mode >> 3 : mode;
  // Execute: enter a folder, or run a program.
  if ((bits & 1) === 0) return false;
  return dirname(path) === path || canReach(account, dirname(path));
}
