import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot as root } from '../repository-root.js';
import { markdownFaults } from './markdown-faults.js';

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly scripts: Readonly<Record<string, string>> };
const surroundings = { root, scripts: Object.keys(scripts) };
const faultsOf = (content: string) => markdownFaults({ path: 'docs/a.md', content }, surroundings);

describe('markdownFaults', () => {
  it('finds a path that is gone, and leaves one that is there', () => {
    expect(faultsOf('See `libs/contracts/src/index.ts` and `apps/nowhere/main.ts`.')).toEqual(['docs/a.md: apps/nowhere/main.ts is not there']);
  });

  it('takes a path with a part left open for a kind of file', () => {
    expect(faultsOf('One `apps/*/README.md` each; `libs/providers/src/<id>/` holds one.')).toEqual([]);
  });

  it('follows relative links from the folder of the document', () => {
    expect(faultsOf('[here](../package.json) [gone](package.json) [web](https://example.com)')).toEqual(['docs/a.md: package.json is not there']);
  });

  it('follows anchors inside the document', () => {
    expect(faultsOf('# One word\n\n[up](#one-word) [down](#two)')).toEqual(['docs/a.md: #two is not there']);
  });

  it('finds a script that does not exist, also in code', () => {
    expect(faultsOf('```sh\nnpm run check\nnpm run deploy\n```')).toEqual(['docs/a.md: npm run deploy is not there']);
  });
});

describe('the documents of this repository', () => {
  const documents = ['', 'apps', 'libs', 'docs', 'scripts'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: folder !== '' })
      .map((name) => join(folder, name.toString()))
      .filter((path) => path.endsWith('.md') && !/(^|\/)(node_modules|dist)\//.test(path)),
  );

  it.each(documents)('%s refers only to what is there', (path) => {
    expect(markdownFaults({ path, content: readFileSync(join(root, path), 'utf8') }, surroundings)).toEqual([]);
  });
});
