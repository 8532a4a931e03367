import { providerConfigs, providers } from '@patchbay/providers';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../repository-root.js';
import { variablesOf } from './environment-variables.js';
import { generatedMark, table, type GeneratedFile } from './generated-file.js';

const introduction = `# Providers

What this build can be connected to. A provider is switched on by setting its credentials; some of them without the others is a fault at
start. \`GET /api/v1/integrations/providers/\` says which are configured. Another one is added as
[CONTRIBUTING.md](../CONTRIBUTING.md#add-a-provider) says.`;

/** `docs/providers.md`: the registry, for people who operate an installation. */
export function providersDocument(): GeneratedFile {
  const overview = table(
    ['id', 'name', 'types', 'capabilities', 'set up'],
    providers.map((provider) => [
      `\`${provider.id}\``,
      provider.displayName,
      provider.types.join(', '),
      provider.capabilities.join(', '),
      `[${setupGuideOf(provider.id)}](../libs/providers/src/${setupGuideOf(provider.id)})`,
    ]),
  );
  return { path: 'docs/providers.md', content: [generatedMark, introduction, overview, ...providers.map(section)].join('\n\n') };
}

function section({ id, displayName, credentials }: (typeof providers)[number], index: number): string {
  const needed: readonly string[] = credentials;
  const variables = variablesOf(providerConfigs[index]?.shape ?? {});
  const rows = variables.map(({ name, fallback, description }) => [
    `\`${name}\``,
    needed.includes(name) ? 'credential' : fallback === '' ? '' : `\`${fallback}\``,
    description,
  ]);
  const file = `libs/providers/src/${setupGuideOf(id)}`;
  const guide = `Step by step: [${file}](../${file}).`;
  return [`## ${displayName}`, guide, table(['variable', 'default', 'meaning'], rows)].join('\n\n');
}

/** In the folder of the provider, or under its id in the folder of its family. */
function setupGuideOf(id: string): string {
  const [guide] = globSync([`${id}/setup.md`, `*/${id}.setup.md`], { cwd: join(repositoryRoot, 'libs/providers/src') });
  if (guide === undefined) throw new Error(`libs/providers/src has no setup.md for ${id}`);
  return guide;
}
