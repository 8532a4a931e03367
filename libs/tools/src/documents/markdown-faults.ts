import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What documents may refer to. */
export interface Surroundings {
  readonly root: string;
  /** Names of the npm scripts. */
  readonly scripts: readonly string[];
}

/** A document. */
export interface MarkdownFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly content: string;
}

/** Everything a document refers to that is not there: paths in backticks, relative links and their anchors, npm scripts. */
export function markdownFaults(file: MarkdownFile, { root, scripts }: Surroundings): readonly string[] {
  const prose = withoutCode(file.content);
  return [
    ...pathsIn(prose).filter((path) => !existsSync(join(root, path))),
    ...linksIn(prose).filter((link) => !leadsSomewhere(link, file, root)),
    ...scriptsIn(file.content)
      .filter((script) => !scripts.includes(script))
      .map((script) => `npm run ${script}`),
  ].map((missing) => `${file.path}: ${missing} is not there`);
}

/** Commands and samples between fences are not read for links and paths. */
const withoutCode = (content: string): string => content.replace(/^ *```[^\n]*\n[\s\S]*?^ *```/gm, '');

/** `apps/…` and `libs/…` in backticks; one with a wildcard or a part left open names a kind of file, not a file. */
const pathsIn = (prose: string): readonly string[] =>
  [...prose.matchAll(/`((?:apps|libs)\/[^`\s]+)`/g)].map(([, path]) => path ?? '').filter((path) => !/[*<>{}…]/.test(path));

const linksIn = (prose: string): readonly string[] =>
  [...prose.matchAll(/\]\(<?([^)>\s]+)>?\)/g)].map(([, target]) => target ?? '').filter((target) => !/^[a-z]+:/.test(target));

const scriptsIn = (content: string): readonly string[] => [...content.matchAll(/\bnpm run ([a-z][\w:-]*)/g)].map(([, script]) => script ?? '');

function leadsSomewhere(link: string, file: MarkdownFile, root: string): boolean {
  const [path = '', anchor = ''] = link.split('#');
  if (path === '') return anchorsIn(file.content).includes(anchor);
  const target = join(root, dirname(file.path), path);
  return existsSync(target) && (anchor === '' || anchorsIn(readFileSync(target, 'utf8')).includes(anchor));
}

/** As GitHub makes them out of headings. */
const anchorsIn = (content: string): readonly string[] =>
  [...content.matchAll(/^#+ +(.+)$/gm)].map(([, heading]) =>
    (heading ?? '')
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .trim()
      .replaceAll(' ', '-'),
  );
