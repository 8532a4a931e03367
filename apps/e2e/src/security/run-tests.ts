import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { kindOf, testKinds, type AttackTest, type TestKind } from './attack.js';

/** What became of one test. */
export interface TestResult {
  /** From the root of the tree that was tested. */
  readonly file: string;
  /** Its title with those of the groups around it. */
  readonly title: string;
  /** `passed`, `failed`, `pending` for those that were left out; `unprepared` when what they need did not start in time. */
  readonly status: string;
}

/** What a run of Jest told. */
export interface TestRun {
  readonly results: readonly TestResult[];
  /** Files whose tests could not even begin, with the reason. */
  readonly broken: ReadonlyMap<string, string>;
}

interface JestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string; readonly failureMessages?: readonly string[] | null }[];
  }[];
}

/** Longer than any run takes; what hangs is ended, and its tests count as failed. Milliseconds. */
const runMsMax = 10 * 60_000;

/** Runs tests of a tree: only those that are named, each kind by itself. */
export async function runTests(tree: string, tests: readonly AttackTest[]): Promise<TestRun> {
  const runs: TestRun[] = [];
  for (const kind of testKinds) {
    const ofKind = tests.filter(({ file }) => kindOf(file) === kind);
    if (ofKind.length > 0) runs.push(await runKind(tree, kind, ofKind));
  }
  return { results: runs.flatMap(({ results }) => results), broken: new Map(runs.flatMap(({ broken }) => [...broken])) };
}

async function runKind(tree: string, kind: TestKind, tests: readonly AttackTest[]): Promise<TestRun> {
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-jest-'));
  const report = join(folder, 'report.json');
  const files = [...new Set(tests.map(({ file }) => file))];
  const names = [...new Set(tests.map(({ name }) => escaped(name)))].join('|');
  const jest = join(tree, 'node_modules', 'jest', 'bin', 'jest.js');
  const choice = ['--selectProjects', kind, '--testNamePattern', names, `--maxWorkers=${kind === 'e2e' ? 1 : 2}`, '--silent'];
  const args = [jest, ...choice, '--json', `--outputFile=${report}`, '--runTestsByPath', ...files];
  try {
    const output = await runNode(tree, args);
    if (!existsSync(report)) return { results: [], broken: new Map(files.map((file) => [file, output.slice(-2_000)])) };
    return readReport(tree, JSON.parse(readFileSync(report, 'utf8')) as JestReport);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Answers what was said on the error output; Jest's report is what counts. */
function runNode(cwd: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning' };
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
  const timer = setTimeout(() => child.kill('SIGTERM'), runMsMax);
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => {
      clearTimeout(timer);
      resolve(output);
    });
  });
}

function readReport(tree: string, { testResults }: JestReport): TestRun {
  const fileOf = (name: string): string => relative(tree, name).split(sep).join('/');
  const broken = testResults.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0);
  return {
    results: testResults.flatMap(({ name, assertionResults }) =>
      assertionResults.map(({ fullName, status, failureMessages }) => ({
        file: fileOf(name),
        title: fullName,
        // On a machine that does too much at once even a database takes too long to start: that is nobody's attention.
        status: failureMessages?.some((message) => /Exceeded timeout of \d+ ms for a hook/.test(message)) === true ? 'unprepared' : status,
      })),
    ),
    broken: new Map(broken.map(({ name, message }) => [fileOf(name), message])),
  };
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
