import { formatFiles, names, type Tree } from '@nx/devkit';
import type { CapabilityName } from '@patchbay/capabilities';
import { integrationTypes, type IntegrationType } from '@patchbay/contracts';
import { editFile, readText } from './edit-file.js';
import { providerFiles } from './provider-files.js';

/** What `npx nx g tools:provider` was asked for. */
export interface ProviderOptions {
  readonly name: string;
  readonly capabilities: readonly CapabilityName[];
  /** What accounts are connected for; default: what the capabilities say, else signing in. */
  readonly types?: readonly IntegrationType[];
}

const registry = 'libs/providers/src/registry.ts';

/** Writes the folder of a provider whose every call is still to be written, and its line in the registry. */
export async function providerGenerator(tree: Tree, { name: id, capabilities, types = typesOf(capabilities) }: ProviderOptions): Promise<void> {
  const folder = `libs/providers/src/${id}`;
  if (capabilities.includes('oauth') === capabilities.includes('credentials'))
    throw new Error('An account is connected either with oauth or with credentials: name one of the two among the capabilities.');
  if (capabilities.includes('calendar') && !capabilities.includes('calendarEvents'))
    throw new Error(
      'Whoever has bookings in a calendar changes their events there: name calendarEvents, too, where calendar is among the capabilities.',
    );
  if (tree.exists(folder)) throw new Error(`${folder} is there already.`);
  const { propertyName, className, constantName } = names(id);
  const words = id.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  const files = providerFiles({ id, propertyName, className, constantName, displayName: words.join(' '), capabilities, types });
  for (const [file, content] of Object.entries(files)) tree.write(`${folder}/${file}`, content);
  register(tree, id, propertyName);
  await formatFiles(tree);
}

function typesOf(capabilities: readonly CapabilityName[]): readonly IntegrationType[] {
  const named = integrationTypes.filter((type) => capabilities.some((name) => name.startsWith(type)));
  return named.length === 0 ? ['authentication'] : named;
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
