import { portVariables } from '@patchbay/local-stack';
import { providerConfigs, providers } from '@patchbay/providers';
import { databaseConfig, processConfig } from '@patchbay/service-kit';
import type { AppConfiguration } from './app-configurations.js';
import { variablesOf, type EnvironmentVariable } from './environment-variables.js';
import { table, type GeneratedFile } from './generated-file.js';

interface Group {
  readonly title: string;
  readonly variables: readonly EnvironmentVariable[];
}

const introduction = `# Made by \`npm run generate\` from the schemas of the services. Changes made here are lost.
#
# \`npm start\` needs none of this: it runs against its own database, broker and sandbox. For an installation of your own copy this file and
# fill in what has no "#" before it. PATCHBAY_CONFIG may name a JSON file with the same names; the environment wins over it.`;

/** `.env.example`: every variable of an installation once, with what it means. */
export function environmentExample(apps: readonly AppConfiguration[]): GeneratedFile {
  const services = apps.filter(({ reads }) => reads.length > 0);
  const readers = (name: string): readonly string[] =>
    services.filter(({ own }) => own.some((variable) => variable.name === name)).map((app) => app.name);
  const isShared = ({ name }: EnvironmentVariable): boolean => readers(name).length > 1;
  const shared = new Map(services.flatMap(({ own }) => own.filter(isShared).map((variable) => [variable.name, variable] as const)));
  const groups: readonly Group[] = [
    { title: 'Every process', variables: variablesOf(processConfig.shape) },
    { title: 'Every service but the gateway', variables: variablesOf(databaseConfig.shape) },
    ...[...shared.values()].map((variable) => ({ title: readers(variable.name).join(', '), variables: [variable] })),
    ...services.map(({ name, own }) => ({ title: name, variables: own.filter((variable) => !isShared(variable)) })),
    ...providerGroups(),
    ...apps.filter((app) => !services.includes(app)).map(({ name, own }) => ({ title: `${name} (development and tests)`, variables: own })),
  ];
  const content = [introduction, ...groups.filter(({ variables }) => variables.length > 0).map(asText), localPorts()];
  return { path: '.env.example', content: `${content.join('\n\n')}\n` };
}

/** Providers of one family share variables: each stands with the first that reads it. */
const providerGroups = (): readonly Group[] => {
  const known = new Set<string>();
  return providers.map(({ displayName }, index) => {
    const variables = variablesOf(providerConfigs[index]?.shape ?? {}).filter(({ name }) => !known.has(name));
    variables.forEach(({ name }) => known.add(name));
    return { title: `Provider: ${displayName}`, variables };
  });
};

const asText = ({ title, variables }: Group): string =>
  `## ${title}\n\n${variables
    .map(({ name, description, isRequired, fallback }) => `# ${description}\n${isRequired ? '' : '# '}${name}=${fallback}`)
    .join('\n\n')}`;

const localPorts = (): string => {
  const lines = Object.values(portVariables).map((variable) => `# ${variable}=`);
  return ['## npm start: ports of the local stack', '', ...lines].join('\n');
};

const heading = '## Configuration';
const begin = '<!-- configuration: made by `npm run generate` -->';
const end = '<!-- /configuration -->';

/** The README of an app with its *Configuration* section brought up to date. */
export function withConfigurationSection(app: AppConfiguration, readme: string): GeneratedFile {
  const section = `${heading}\n\n${begin}\n\n${sectionText(app)}\n\n${end}`;
  const start = readme.indexOf(`\n${heading}`);
  if (start < 0) return { path: app.readme, content: `${readme.trimEnd()}\n\n${section}\n` };
  const rest = readme.slice(start + 1 + heading.length);
  const stop = rest.includes(end) ? rest.indexOf(end) + end.length : nextHeading(rest);
  return { path: app.readme, content: `${readme.slice(0, start + 1)}${section}${rest.slice(stop)}\n` };
}

const nextHeading = (text: string): number => {
  const found = text.search(/\n## /);
  return found < 0 ? text.length : found;
};

function sectionText({ own, reads }: AppConfiguration): string {
  const rows = own.map(({ name, isRequired, fallback, description }) => [
    `\`${name}\``,
    isRequired ? 'required' : fallback === '' ? '' : `\`${fallback}\``,
    description,
  ]);
  const names = [...(reads.includes('process') ? variablesOf(processConfig.shape) : []), ...(reads.includes('database') ? databaseVariables() : [])];
  if (names.length === 0) return table(['variable', 'default', 'meaning'], rows);
  const beginning = rows.length === 0 ? 'It has no variables of its own. It reads' : 'Beside these it reads';
  const list = names.map(({ name }) => `\`${name}\``).join(', ');
  const more = reads.includes('providers') ? ', and [those of the providers](../../docs/providers.md)' : '';
  const beside = `${beginning} ${list}${more}. Their meaning: [.env.example](../../.env.example).`;
  return rows.length === 0 ? beside : `${table(['variable', 'default', 'meaning'], rows)}\n\n${beside}`;
}

const databaseVariables = (): readonly EnvironmentVariable[] => variablesOf(databaseConfig.shape);
