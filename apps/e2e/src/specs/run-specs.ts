import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiDescription } from './description.js';
import type { Json } from './json.js';
import { missingOperations, reportLines, reportOn } from './report.js';
import type { Recording } from './scenario.js';
import { scenarios } from './scenarios.js';
import { expectedOperations, vendorDocuments } from './vendor-documents.js';

/** How to call this command; shown when it was called without a folder. */
const usage = (): readonly string[] => [
  'Holds the requests of our adapters and the answers of our fakes against what the vendors publish.',
  'Their documents are not part of this repository. Put them into a folder under these names:',
  '',
  ...vendorDocuments.map(({ file, source }) => `  ${file.padEnd(34)} ${source}`),
  '',
  'and call:  npm run test:specs -- FOLDER',
];

/** Runs everything; the exit code is 0 when all is as described, 1 when something is not, 2 when it could not begin. */
export const runSpecs = async (folder: string | undefined, print: (line: string) => void): Promise<0 | 1 | 2> => {
  if (folder === undefined) {
    usage().forEach(print);
    return 2;
  }
  const descriptions: ApiDescription[] = [];
  for (const { file, read } of vendorDocuments) {
    try {
      descriptions.push(read(JSON.parse(await readFile(join(folder, file), 'utf8')) as Json));
    } catch (error) {
      print(`Cannot read ${join(folder, file)}: ${error instanceof Error ? error.message : 'unknown reason'}`);
      usage().forEach(print);
      return 2;
    }
  }
  for (const { name, operations, remarks } of descriptions) {
    print(`${name}: ${operations.length} operations described`);
    remarks.forEach((remark) => print(`  ${remark}`));
  }
  print('');
  return report(descriptions, print);
};

const report = async (descriptions: readonly ApiDescription[], print: (line: string) => void): Promise<0 | 1> => {
  const recordings: Recording[] = [];
  for (const scenario of Object.values(scenarios)) recordings.push(await scenario());
  const reports = reportOn(descriptions, recordings);
  reports.flatMap(reportLines).forEach(print);
  const missing = missingOperations(reports, expectedOperations);
  missing.forEach((operation) => print(`failed    ${operation} (the adapters never sent it)`));

  const count = (verdict: string): number => reports.filter((operation) => operation.verdict === verdict).length;
  const failed = count('failed') + missing.length;
  print('');
  if (count('unchecked') > 0) print(`${count('unchecked')} unchecked: no vendor document describes them`);
  print(`${count('passed')} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
};
