import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { accountForPostgres, canReach, type Account } from './account.js';
import { dataDirDefault } from './data-dir.js';
import { unpackDebianPackages, unpackedFolder } from './debian-packages.js';
import { httpStatus } from './http-status.js';
import { freePort } from './ports.js';
import { Supervisor } from './supervisor.js';

/** The strictest of the CalDAV servers, for specs: https://www.cyrusimap.org */
export interface CyrusServer {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Who there is, and what invitations call them: `<user>@example.com`. */
const mailDomain = 'example.com';
const host = '127.0.0.1';
const advice =
  'Cyrus could not be fetched. It comes as packages of Debian (cyrus-imapd, cyrus-caldav, sasl2-bin), so Debian or one of its children is needed.';

// What its programs are linked with, beside the C library.
const libraries =
  'brotli1|com-err2|db5.3|ffi8|gmp10|gnutls30|gssapi-krb5-2|hogweed6|ical3|icu72|idn2-0|jansson4|k5crypto3|keyutils1|krb5-3|krb5support0|ldap-2.5-0|lzma5|' +
  'nettle8|nghttp2-14|nsl2|p11-kit0|pcre3|pq5|sasl2-2|sasl2-modules-db|shp2|sqlite3-0|ssl3|tasn1-6|tirpc3|unistring2|uuid1|wrap0|xapian30|xml2|zstd1';
const companions = new RegExp(`^(cyrus-common|zlib1g|lib(${libraries.replaceAll('.', String.raw`\.`)}))$`);

interface Place {
  readonly folder: string;
  readonly root: string;
  /** Cyrus refuses to be root. Null when we are not. */
  readonly account: Account | null;
  readonly env: Readonly<Record<string, string>>;
}

/** How it serves. */
interface CyrusHabits {
  /** Whether it looks after invitations: then it judges organizers and guests, and changes files that have any. */
  readonly invites?: boolean;
}

/** Starts one on a free port of 127.0.0.1, for these users and their passwords. It is fetched once: from Debian, unpacked and not installed. */
export async function startCyrus(users: Readonly<Record<string, string>>, { invites = false }: CyrusHabits = {}): Promise<CyrusServer> {
  const account = accountForPostgres();
  const root = await findCyrus(account);
  const place = { folder: mkdtempSync(join(tmpdir(), 'patchbay-cyrus-')), root, account, env: environmentOf(root) };
  const [http, imap] = [await freePort(), await freePort()];
  for (const [user, password] of Object.entries(users)) addUser(place, user, password);
  writeConfiguration(place, { http, imap }, invites);
  const supervisor = new Supervisor({ logDir: join(place.folder, 'log'), log: () => undefined });
  const url = `http://${host}:${http}`;
  const files = ['-C', join(place.folder, 'imapd.conf'), '-M', join(place.folder, 'cyrus.conf'), '-p', join(place.folder, 'state', 'pid')];
  await supervisor.start({
    name: 'cyrus',
    command: programOf(root, 'master'),
    args: [...files, '-D'],
    env: place.env,
    cwd: place.folder,
    ...(account !== null && { account: { uid: account.uid, gid: account.gid } }),
    isReady: async () => (await httpStatus(url)) !== null,
  });
  const stop = async (): Promise<void> => {
    await supervisor.stopAll();
    rmSync(place.folder, { recursive: true, force: true });
  };
  try {
    await supervisor.ready();
    // Calendars belong to a mailbox, and that is made when its owner comes for mail the first time.
    for (const [user, password] of Object.entries(users)) await signIn(imap, user, password);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

async function findCyrus(account: Account | null): Promise<string> {
  const usual = join(dataDirDefault, 'downloads', 'cyrus');
  const downloadDir = account === null || canReach(account, usual) ? usual : join('/var/tmp', 'patchbay-cyrus-programs');
  const root = unpackedFolder(downloadDir);
  if (existsSync(join(root, 'complete'))) return root;
  try {
    await unpackDebianPackages(downloadDir, 'cyrus-caldav', companions);
    for (const name of ['cyrus-imapd', 'sasl2-bin']) await unpackDebianPackages(downloadDir, name);
  } catch (cause) {
    throw new Error(advice, { cause });
  }
  writeFileSync(join(root, 'complete'), '');
  return root;
}

const programOf = (root: string, name: string): string => join(root, 'usr/lib/cyrus/bin', name);

function environmentOf(root: string): Readonly<Record<string, string>> {
  const machine = readdirSync(join(root, 'usr/lib')).find((name) => name.endsWith('-linux-gnu')) ?? '';
  return {
    PATH: process.env['PATH'] ?? '',
    LD_LIBRARY_PATH: [join(root, 'usr/lib', machine), join(root, 'lib', machine)].join(':'),
    SASL_PATH: join(root, 'usr/lib', machine, 'sasl2'),
  };
}

function addUser({ folder, root, env }: Place, user: string, password: string): void {
  const program = join(root, 'usr/sbin/saslpasswd2');
  execFileSync(program, ['-p', '-c', '-f', join(folder, 'users'), '-u', 'localhost', user], { env, input: password });
}

function writeConfiguration({ folder, root, account }: Place, ports: { readonly http: number; readonly imap: number }, invites: boolean): void {
  const state = join(folder, 'state');
  const folders = ['db', 'lock', 'log', 'msg', 'proc', 'ptclient', 'quota', 'socket', 'sync', 'user'].map((name) => join(state, name));
  for (const name of [...folders, join(folder, 'mail')]) mkdirSync(name, { recursive: true });
  writeFileSync(join(folder, 'imapd.conf'), imapdConf(folder, { user: account?.name ?? userInfo().username, invites }));
  const service = (name: string, port: number): string =>
    `  ${name} cmd="${programOf(root, `${name}d`)} -C ${join(folder, 'imapd.conf')}" listen="${host}:${port}" prefork=0`;
  const recover = `  recover cmd="${programOf(root, 'ctl_cyrusdb')} -C ${join(folder, 'imapd.conf')} -r"`;
  const lines = ['START {', recover, '}', 'SERVICES {', service('http', ports.http), service('imap', ports.imap), '}', 'EVENTS {', '}', ''];
  writeFileSync(join(folder, 'cyrus.conf'), lines.join('\n'));
  if (account === null) return;
  for (const path of [folder, state, ...folders, join(folder, 'mail'), join(folder, 'users')]) chownSync(path, account.uid, account.gid);
}

const imapdConf = (
  folder: string,
  { user, invites }: { readonly user: string; readonly invites: boolean },
): string => `configdirectory: ${join(folder, 'state')}
defaultpartition: default
partition-default: ${join(folder, 'mail')}
cyrus_user: ${user}
servername: localhost
httpmodules: caldav
allowplaintext: yes
sasl_mech_list: PLAIN
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: ${join(folder, 'users')}
autocreate_quota: 0
unixhierarchysep: yes
caldav_allowscheduling: ${invites ? 'on' : 'off'}
calendar_user_address_set: ${mailDomain}
`;

/** https://www.rfc-editor.org/rfc/rfc3501#section-6.2.3 */
function signIn(port: number, user: string, password: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host, () => socket.write(`a LOGIN ${user} ${password}\r\n`));
    let said = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const answer = /^a (\w+)/m.exec(said)?.[1];
      if (answer === undefined) return;
      socket.destroy();
      if (answer === 'OK') resolve();
      else reject(new Error(`Cyrus does not let ${user} in: ${answer}`));
    });
    socket.on('error', reject);
  });
}
