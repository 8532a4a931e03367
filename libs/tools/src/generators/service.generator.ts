import { formatFiles, names, type Tree } from '@nx/devkit';
import { editFile, readText } from './edit-file.js';
import { serviceFiles } from './service-files.js';

/** What `npx nx g tools:service` was asked for. */
export interface ServiceOptions {
  readonly name: string;
}

const portsFile = 'libs/local-stack/src/ports.ts';

/** Writes a service that starts and owns an empty schema, and gives it its place in the local stack. */
export async function serviceGenerator(tree: Tree, { name }: ServiceOptions): Promise<void> {
  const folder = `apps/${name}`;
  if (tree.exists(folder)) throw new Error(`${folder} is there already.`);
  const versions = (JSON.parse(readText(tree, 'apps/calendar/package.json')) as { readonly dependencies: Readonly<Record<string, string>> })
    .dependencies;
  for (const [file, content] of Object.entries(serviceFiles(name, versions))) tree.write(`${folder}/${file}`, content);
  declare(tree, name);
  giveItPorts(tree, name);
  await formatFiles(tree);
}

/** It may announce events, take events, and has its part in the documents. */
function declare(tree: Tree, name: string): void {
  editFile(tree, 'libs/contracts/src/definitions/define-event.ts', [
    { find: /(export type EventProducer = [^;]+);/, replaceBy: (found) => found.replace(';', ` | '${name}';`) },
  ]);
  editFile(tree, 'libs/contracts/src/operations/operations.requests.ts', [
    { find: /consumingServices = \[[^\]]+\]/, replaceBy: (found) => found.replace(/\]$/, `, '${name}']`) },
  ]);
  editFile(tree, 'libs/tools/src/documents/app-configurations.ts', [
    { find: /\n {2}\{ name: 'sandbox'/, replaceBy: (found) => `\n  { name: '${name}', reads: ['process', 'database'] },${found}` },
  ]);
}

function giveItPorts(tree: Tree, name: string): void {
  const port = `${name}Health`;
  const taken = [...readText(tree, portsFile).matchAll(/Health: (\d+)/g)].map(([, number]) => Number(number));
  editFile(tree, 'libs/local-stack/src/services.ts', [
    { find: /serviceNames = \[[^\]]+\]/, replaceBy: (found) => found.replace(`'gateway'`, `'${name}', 'gateway'`) },
    { find: /\n {2}gateway: 'gatewayHealth'/, replaceBy: (found) => `\n  ${name}: '${port}',${found}` },
  ]);
  editFile(tree, portsFile, [
    {
      find: /\n {2}sandboxHealth: 'PATCHBAY/,
      replaceBy: (found) => `\n  ${port}: 'PATCHBAY_${names(name).constantName}_HEALTH_PORT',${found}`,
    },
    { find: /\n {2}sandboxHealth: \d/, replaceBy: (found) => `\n  ${port}: ${Math.max(...taken) + 1},${found}` },
  ]);
}
