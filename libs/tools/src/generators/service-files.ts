import { names } from '@nx/devkit';

/** Packages every service uses. */
const needed = ['@nestjs/common', '@patchbay/service-kit', 'zod'];

/** File name → content, for everything in the folder of a new service. `versions` are those of a service that is there already. */
export function serviceFiles(name: string, versions: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { className, propertyName } = names(name);
  return {
    'package.json': json({
      name: `@patchbay/${name}`,
      version: '0.1.0',
      private: true,
      license: 'Apache-2.0',
      type: 'module',
      exports: {},
      dependencies: Object.fromEntries(needed.map((dependency) => [dependency, versions[dependency] ?? '*'])),
    }),
    'project.json': json({
      name,
      projectType: 'application',
      sourceRoot: `apps/${name}/src`,
      tags: ['type:service'],
      targets: { build: {}, lint: {} },
    }),
    'README.md': readme(className),
    'src/main.ts': `import { runService } from '@patchbay/service-kit';
import { ${propertyName}Service } from './${name}.service-definition.js';

await runService(${propertyName}Service);
`,
    [`src/${name}.config.ts`]: `import { z } from 'zod';

/** Variables of this service. */
export const ${propertyName}Config = z.object({});
`,
    [`src/${name}.module.ts`]: `import { Module } from '@nestjs/common';

@Module({})
export class ${className}Module {}
`,
    [`src/${name}.service-definition.ts`]: definition(name),
  };
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

const readme = (title: string): string =>
  `# ${title}\n\n${['Owns', 'Answers', 'Publishes', 'Listens to', 'Tables'].map((heading) => `## ${heading}\n\nNothing yet.`).join('\n\n')}\n\n## Configuration\n`;

const definition = (name: string): string => {
  const { className, propertyName } = names(name);
  return `import type { ServiceDefinition } from '@patchbay/service-kit';
import { ${propertyName}Config } from './${name}.config.js';
import { ${className}Module } from './${name}.module.js';

/** All that is particular about this service. */
export const ${propertyName}Service: ServiceDefinition = {
  name: '${name}',
  module: ${className}Module,
  config: ${propertyName}Config,
  entities: [],
  migrations: [],
};
`;
};
