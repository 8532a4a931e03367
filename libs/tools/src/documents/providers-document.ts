import { providerConfigs, providers } from '@patchbay/providers';
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
      `[setup.md](../libs/providers/src/${provider.id}/setup.md)`,
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
  const guide = `Step by step: [libs/providers/src/${id}/setup.md](../libs/providers/src/${id}/setup.md).`;
  return [`## ${displayName}`, guide, table(['variable', 'default', 'meaning'], rows)].join('\n\n');
}
