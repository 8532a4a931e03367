import { formatFiles, names, type Tree } from '@nx/devkit';
import { editFile, readText } from './edit-file.js';

/** What `npx nx g tools:event` was asked for. */
export interface EventOptions {
  readonly name: string;
  readonly producer: string;
  readonly audience: 'public' | 'internal';
}

const contracts = 'libs/contracts/src';

/** Adds an event to the catalogue: its shape is still to be filled in. */
export async function eventGenerator(tree: Tree, { name, producer, audience }: EventOptions): Promise<void> {
  const area = producer === 'product' ? 'booking' : producer;
  const file = `${contracts}/${area}/${area}.events.ts`;
  const { propertyName } = names(name.replaceAll('_', '-'));
  if (!tree.exists(file)) startFile(tree, area);
  const before = readText(tree, file);
  if (new RegExp(`type: '${name}'`).test(before)) throw new Error(`${file} declares ${name} already.`);
  const imports = /from 'zod'/.test(before) ? '' : "import { z } from 'zod';\n";
  tree.write(file, `${imports}${before.trimEnd()}\n\n${eventText({ name, producer, audience }, propertyName)}`);
  await formatFiles(tree);
}

const eventText = ({ name, producer, audience }: EventOptions, propertyName: string): string => {
  const summary = `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll('_', ' ')}.`;
  return `/** ${summary} */
export const ${propertyName} = defineEvent({
  type: '${name}',
  version: 1,
  audience: '${audience}',
  producer: '${producer}',
  consumers: [],
  summary: '${summary}',
  data: z.object({ user_id: z.uuid() }),
  owner: (data) => data.user_id,
  examples: [{ user_id: '0198f2a4-0000-7000-8000-000000000001' }],
});
`;
};

/** The first event of an area: the library's door and the catalogue must know the file. */
function startFile(tree: Tree, area: string): void {
  tree.write(`${contracts}/${area}/${area}.events.ts`, `import { z } from 'zod';\nimport { defineEvent } from '../definitions/define-event.js';\n`);
  const line = `export * from './${area}/${area}.events.js';`;
  editFile(tree, `${contracts}/index.ts`, [{ find: /^export \* from '\.\/problem\.js';$/m, replaceBy: (found) => `${line}\n${found}` }]);
  editFile(tree, `${contracts}/event-catalog.ts`, [
    { find: /^import \* as webhooks /m, replaceBy: (found) => `import * as ${area} from './${area}/${area}.events.js';\n${found}` },
    { find: /\n\] as const satisfies/, replaceBy: (found) => `\n  ...Object.values(${area}),${found}` },
  ]);
}
