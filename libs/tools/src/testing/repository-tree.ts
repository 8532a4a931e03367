import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import ts from 'typescript';
import { repositoryRoot } from '../repository-root.js';

/** A tree in memory with some files of this repository in it, as they are now. */
export function treeWith(paths: readonly string[]): Tree {
  const tree = createTreeWithEmptyWorkspace({ formatter: 'prettier' });
  for (const path of ['.prettierrc', ...paths]) tree.write(path, readFileSync(join(repositoryRoot, path), 'utf8'));
  return tree;
}

/** What the compiler says of the TypeScript that a generator wrote, inside the repository as it is otherwise. */
export function compilerFaults(tree: Tree): readonly string[] {
  const config = ts.readConfigFile(join(repositoryRoot, 'tsconfig.base.json'), (path) => ts.sys.readFile(path)).config as {
    readonly compilerOptions: object;
  };
  const { options } = ts.convertCompilerOptionsFromJson({ ...config.compilerOptions, incremental: false }, repositoryRoot);
  const written = new Map(
    tree
      .listChanges()
      .filter(({ path, content }) => path.endsWith('.ts') && content !== null)
      .map(({ path, content }) => [join(repositoryRoot, path), String(content)]),
  );
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, directoryExists } = host;
  host.readFile = (path) => written.get(path) ?? readFile(path);
  host.fileExists = (path) => written.has(path) || fileExists(path);
  host.directoryExists = (path) => [...written.keys()].some((file) => file.startsWith(`${path}/`)) || directoryExists?.(path) === true;
  const program = ts.createProgram([...written.keys()], options, host);
  const sources = [...written.keys()].map((path) => program.getSourceFile(path));
  return sources
    .flatMap((source) => [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)])
    .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
}
