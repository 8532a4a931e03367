import { formatFiles, names, type Tree } from '@nx/devkit';
import type { CapabilityName } from '@patchbay/capabilities';
import { editFile, readText } from './edit-file.js';
import { providerFiles } from './provider-files.js';

/** What `npx nx g tools:provider` was asked for. */
export interface ProviderOptions {
  readonly name: string;
  readonly capabilities: readonly CapabilityName[];
}

const registry = 'libs/providers/src/registry.ts';

/** Writes the folder of a provider whose every call is still to be written, and its line in the registry. */
export async function providerGenerator(tree: Tree, { name: id, capabilities }: ProviderOptions): Promise<void> {
  const folder = `libs/providers/src/${id}`;
  if (tree.exists(folder)) throw new Error(`${folder} is there already.`);
  const { propertyName, className, constantName } = names(id);
  const words = id.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  const files = providerFiles({ id, propertyName, className, constantName, displayName: words.join(' '), capabilities });
  for (const [file, content] of Object.entries(files)) tree.write(`${folder}/${file}`, content);
  register(tree, id, propertyName);
  await formatFiles(tree);
}

function register(tree: Tree, id: string, propertyName: string): void {
  const lastImport = readText(tree, registry)
    .match(/^import .*\.provider\.js';$/gm)
    ?.at(-1);
  if (lastImport === undefined) throw new Error(`${registry} imports no provider.`);
  editFile(tree, registry, [
    { find: new RegExp(escaped(lastImport)), replaceBy: (found) => `${found}\nimport { ${propertyName} } from './${id}/${id}.provider.js';` },
    { find: /\n\] as const/, replaceBy: (found) => `\n  ${propertyName},${found}` },
  ]);
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
