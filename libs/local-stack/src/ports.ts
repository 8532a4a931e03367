import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';

/** Every port of the local stack, and the environment variable that changes it. */
export const portVariables = {
  gateway: 'PATCHBAY_GATEWAY_PORT',
  sandbox: 'PATCHBAY_SANDBOX_PORT',
  nats: 'PATCHBAY_NATS_PORT',
  postgres: 'PATCHBAY_POSTGRES_PORT',
  gatewayHealth: 'PATCHBAY_GATEWAY_HEALTH_PORT',
  authHealth: 'PATCHBAY_AUTH_HEALTH_PORT',
  calendarHealth: 'PATCHBAY_CALENDAR_HEALTH_PORT',
  videoHealth: 'PATCHBAY_VIDEO_HEALTH_PORT',
  webhooksHealth: 'PATCHBAY_WEBHOOKS_HEALTH_PORT',
  sandboxHealth: 'PATCHBAY_SANDBOX_HEALTH_PORT',
} as const;

/** What listens on a port of the local stack. */
export type PortName = keyof typeof portVariables;

/** One port for each listener. */
export type StackPorts = Readonly<Record<PortName, number>>;

/** Added to every usual port, so that a second checkout can run beside the first. */
const offsetVariable = 'PATCHBAY_PORT_OFFSET';

/** Browsers and `fetch` refuse to call these, whatever listens there: they belong to other protocols. https://fetch.spec.whatwg.org/#port-blocking */
const portsBlocked: ReadonlySet<number> = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);
/** What browsers and `fetch` call. */
const calledByBrowsers: ReadonlySet<PortName> = new Set(['gateway', 'sandbox']);

const portNames = Object.keys(portVariables) as PortName[];

/** NATS and PostgreSQL keep away from their usual ports: a developer often runs their own there. */
const portsDefault: StackPorts = {
  gateway: 4000,
  sandbox: 4400,
  nats: 4223,
  postgres: 5433,
  gatewayHealth: 4100,
  authHealth: 4101,
  calendarHealth: 4102,
  videoHealth: 4103,
  webhooksHealth: 4104,
  sandboxHealth: 4105,
};

/** The usual ports, unless the environment names others. */
export function portsFromEnvironment(env: Readonly<Record<string, string | undefined>>): StackPorts {
  const offset = Number(env[offsetVariable] ?? 0);
  if (!Number.isInteger(offset) || offset < 0 || offset > 60_000) throw new Error(`${offsetVariable} must be a whole number from 0 to 60000.`);
  return portsOf((name) => {
    const text = env[portVariables[name]];
    if (text === undefined || text === '') return portsDefault[name] + offset;
    const port = Number(text);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`${portVariables[name]} must be a port number (1 to 65535).`);
    return port;
  });
}

/** Free ports chosen by the kernel, so that several stacks can run beside each other. */
export async function freePorts(): Promise<StackPorts> {
  const chosen = await chooseFree(portNames.length);
  return portsOf((name, index) => chosen[index] ?? portsDefault[name]);
}

/** One free port. */
export async function freePort(): Promise<number> {
  const [port] = await chooseFree(1);
  if (port === undefined) throw new Error('unreachable: the kernel gave no port');
  return port;
}

/** More free ports, none of them one of these. */
export async function freePortsBeside(ports: StackPorts, count: number): Promise<readonly number[]> {
  const taken = new Set(Object.values(ports));
  const chosen = await chooseFree(count + taken.size);
  return chosen.filter((port) => !taken.has(port)).slice(0, count);
}

/** Refuses with one sentence for each port that cannot serve: who holds it, or why nobody could call it, and which variable chooses another. */
export async function assertPortsFree(ports: StackPorts, needed: readonly PortName[]): Promise<void> {
  const faults: string[] = [];
  for (const name of needed) {
    const twin = needed.find((other) => other < name && ports[other] === ports[name]);
    if (twin !== undefined) {
      faults.push(`Port ${ports[name]} is wanted twice; give ${portVariables[twin]} or ${portVariables[name]} another value.`);
    } else if (calledByBrowsers.has(name) && portsBlocked.has(ports[name])) {
      faults.push(`Port ${ports[name]} (${name}) is one that browsers refuse to call; choose another with ${portVariables[name]}=<port>.`);
    } else if (await isTaken(ports[name])) {
      const holder = holderOf(ports[name]);
      faults.push(
        `Port ${ports[name]} (${name}) is in use${holder === null ? '' : ` by ${holder}`}; choose another with ${portVariables[name]}=<port>.`,
      );
    }
  }
  if (faults.length > 1) faults.push(`Or move all of them at once: ${offsetVariable}=1000.`);
  if (faults.length > 0) throw new Error(faults.join('\n'));
}

const portsOf = (choose: (name: PortName, index: number) => number): StackPorts =>
  Object.fromEntries(portNames.map((name, index) => [name, choose(name, index)])) as StackPorts;

// All are held at once and then let go together, so that no port is handed out twice.
async function chooseFree(count: number): Promise<readonly number[]> {
  const held = await Promise.all(Array.from({ length: count }, () => listen(0)));
  const chosen = held.map(({ port }) => port);
  await Promise.all(held.map(({ close }) => close()));
  return chosen;
}

// Services may listen on every address, so a port counts as free only when it is free on all of them.
async function isTaken(port: number): Promise<boolean> {
  for (const host of ['127.0.0.1', '0.0.0.0', '::']) {
    try {
      const { close } = await listen(port, host);
      await close();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return true;
      if ((error as NodeJS.ErrnoException).code === 'EACCES') return true;
    }
  }
  return false;
}

function listen(port: number, host = '127.0.0.1'): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      resolve({ port: bound, close: () => new Promise((done) => server.close(() => done())) });
    });
  });
}

/** Names the process that listens on a port, where the system lets us see it (Linux, own processes or root). */
function holderOf(port: number): string | null {
  try {
    const inodes = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listeningInodes(table, port)));
    for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
      if (!holdsSocket(pid, inodes)) continue;
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
      return `process ${pid} (${command.slice(0, 80)})`;
    }
  } catch {
    // No /proc here: the port and its variable still say enough.
  }
  return null;
}

function listeningInodes(table: string, port: number): readonly string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const rows = readFileSync(table, 'utf8').split('\n').slice(1);
  // Columns: 1 local address:port, 3 state (0A is LISTEN), 9 inode. proc_net(5)
  return rows
    .map((row) => row.trim().split(/\s+/))
    .flatMap((cells) => (cells[1]?.endsWith(`:${hexPort}`) && cells[3] === '0A' && cells[9] ? [cells[9]] : []));
}

function holdsSocket(pid: string, inodes: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      const target = readlinkSync(`/proc/${pid}/fd/${fd}`);
      return target.startsWith('socket:[') && inodes.has(target.slice(8, -1));
    });
  } catch {
    return false;
  }
}
