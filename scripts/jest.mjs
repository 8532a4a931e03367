import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { environment, pinnedNode, root, run } from './process.mjs';

/** Runs one kind of test and answers how many passed and failed. A file that cannot be run counts as one failure. */
export async function runJest(project, args = [], { timeoutMs, workers = 2 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-jest-'));
  const report = join(folder, 'report.json');
  try {
    const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
    const choosesWorkers = args.some((arg) => /^(-i|-w|--runInBand|--maxWorkers)/.test(arg));
    const options = [
      '--selectProjects',
      project,
      '--passWithNoTests',
      ...(choosesWorkers ? [] : [`--maxWorkers=${workers}`]),
      '--json',
      `--outputFile=${report}`,
    ];
    const env = environment({ NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning' });
    // The report also goes to the standard output, where nobody wants to read it; what people read goes to the error output.
    const code = await run(pinnedNode(), [jest, ...options, ...args], { env, stdio: ['inherit', 'ignore', 'inherit'], timeoutMs });
    const result = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {};
    const { numPassedTests = 0, numFailedTests = 0, numRuntimeErrorTestSuites = 0 } = result;
    const failed = numFailedTests + numRuntimeErrorTestSuites;
    return { passed: numPassedTests, failed: code !== 0 && failed === 0 ? 1 : failed, failures: failuresOf(result) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const messageLines = 12;

/** What failed, each with its file and the beginning of what it said. */
function failuresOf({ testResults = [] }) {
  return testResults.flatMap(({ name, message, status, assertionResults }) => {
    const file = relative(root, name);
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (failed.length === 0) return status === 'failed' ? [`${file}\n${beginning(message)}`] : [];
    return failed.map((test) => `${file} › ${test.fullName}\n${beginning(test.failureMessages.join('\n'))}`);
  });
}

const beginning = (message) =>
  stripVTControlCharacters(message)
    .split('\n')
    .slice(0, messageLines)
    .map((line) => `    ${line}`)
    .join('\n');
