import ts from 'typescript';

/**
 * The exports of a file that have no docstring. A type that is only derived from a value needs none of its own: the value has it.
 *
 * @returns the first line of each.
 */
export function missingDocstrings(source: string): readonly string[] {
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true);
  return file.statements
    .filter((statement) => isExported(statement) && !isDerivedType(statement) && !hasDocstring(statement, source))
    .map((statement) => statement.getText().split('\n')[0] ?? '');
}

const isExported = (statement: ts.Statement): boolean =>
  ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;

const isDerivedType = (statement: ts.Statement): boolean => ts.isTypeAliasDeclaration(statement) && /\btypeof \w/.test(statement.type.getText());

const hasDocstring = (statement: ts.Statement, source: string): boolean =>
  source.slice(statement.getFullStart(), statement.getStart()).includes('/**');
