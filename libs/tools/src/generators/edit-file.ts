import type { Tree } from '@nx/devkit';

/** One change to a file that is there already. */
export interface FileEdit {
  /** The first place it finds is changed. */
  readonly find: RegExp;
  readonly replaceBy: (found: string) => string;
}

/**
 * Changes a file of the tree.
 *
 * @throws Error when the file, or the place to change, is not there: then the generator must follow what the file has become.
 */
export function editFile(tree: Tree, path: string, edits: readonly FileEdit[]): void {
  const content = edits.reduce(
    (text, { find, replaceBy }) => {
      if (!find.test(text)) throw new Error(`${path} has no place for the change: nothing matches ${String(find)}.`);
      return text.replace(find, replaceBy);
    },
    readText(tree, path),
  );
  tree.write(path, content);
}

/** The text of a file. @throws Error when it is not there. */
export function readText(tree: Tree, path: string): string {
  const text = tree.read(path, 'utf-8');
  if (text === null) throw new Error(`${path} is not there.`);
  return text;
}
