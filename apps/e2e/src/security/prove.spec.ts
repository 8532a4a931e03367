import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Attack } from './attack.js';
import { readOptions } from './options.js';
import { prove, type RunTests } from './prove.js';
import { linesOf, unnoticedOf } from './report.js';
import { copySources } from './source-copy.js';
import { verdictOf } from './verdict.js';

const tests = [{ file: 'a.spec.ts', name: 'is refused' }];
const attack = (find: string, replaceBy: string): Attack => ({
  id: 1,
  what: 'an attack',
  tests,
  defences: [{ without: 'the guard', file: 'a.ts', find, replaceBy }],
});
const silent = (): void => undefined;

describe('a proof', () => {
  let tree: string;
  beforeEach(() => {
    tree = mkdtempSync(join(tmpdir(), 'patchbay-prove-'));
    writeFileSync(join(tree, 'a.ts'), 'guard(); work();');
  });
  afterEach(() => rmSync(tree, { recursive: true, force: true }));

  const runs =
    (judge: (source: string) => string): RunTests =>
    async (path) => {
      const status = judge(readFileSync(join(path, 'a.ts'), 'utf8'));
      if (status === 'broken') return { results: [], broken: new Map([['a.spec.ts', 'SyntaxError']]) };
      return { results: [{ file: 'a.spec.ts', title: 'a guest is refused', status }], broken: new Map() };
    };
  const attentive = runs((source) => (source.includes('guard()') ? 'passed' : 'failed'));
  const proofs = (attacks: readonly Attack[], run: RunTests) => prove({ attacks, tree, say: silent, run });

  it('is given by a test that fails without the defence, and the sources are as before', async () => {
    expect(await proofs([attack('guard(); ', '')], attentive)).toEqual([
      { attack: 1, defence: 'without the guard', isNoticed: true, detail: 'a guest is refused' },
    ]);
    expect(readFileSync(join(tree, 'a.ts'), 'utf8')).toBe('guard(); work();');
  });

  it.each([
    ['passes all the same', runs(() => 'passed'), 'all tests pass without it'],
    ['failed before', runs(() => 'failed'), 'does not pass as it is: a guest is refused'],
    ['cannot run without the defence', runs((source) => (source.includes('guard()') ? 'passed' : 'broken')), 'a.spec.ts: SyntaxError'],
    ['is skipped', runs(() => 'pending'), 'does not pass as it is: a.spec.ts: no test "is refused"'],
  ])('is not given by a test that %s', async (_what, run, detail) => {
    const all = await proofs([attack('guard(); ', '')], run);

    expect(all).toMatchObject([{ isNoticed: false, detail }]);
    expect(unnoticedOf(all)).toHaveLength(1);
  });

  it('is not made with a passage that is not there', async () => {
    expect(await proofs([attack('gone', '')], attentive)).toEqual([
      expect.objectContaining({ isNoticed: false, detail: expect.stringContaining('0 times') }),
    ]);
  });
});

describe('a copy of the sources', () => {
  it('has sources of its own, packages of others linked, and ours leading into the copy', () => {
    const tree = mkdtempSync(join(tmpdir(), 'patchbay-tree-'));
    const folders = ['libs/one/src', 'libs/one/dist', 'apps', 'node_modules/@patchbay', 'node_modules/undici', '.git'];
    for (const folder of folders) mkdirSync(join(tree, folder), { recursive: true });
    symlinkSync('../../libs/one', join(tree, 'node_modules/@patchbay/one'));
    const original = join(tree, 'libs/one/src/index.ts');
    writeFileSync(original, 'one');
    const copy = copySources(tree);

    writeFileSync(join(copy.path, 'libs/one/src/index.ts'), 'broken');
    const seen = [readFileSync(original, 'utf8'), readFileSync(join(copy.path, 'node_modules/@patchbay/one/src/index.ts'), 'utf8')];
    const top = readdirSync(copy.path).sort();
    copy.remove();
    rmSync(tree, { recursive: true, force: true });

    expect(seen).toEqual(['one', 'broken']);
    expect(top).toEqual(['apps', 'libs', 'node_modules']);
  });
});

describe('the table', () => {
  it('says of each attack what became of it', () => {
    const run = { results: [{ file: 'a.spec.ts', title: 'a guest is refused', status: 'passed' }], broken: new Map() };
    const lost: Attack = { ...attack('x', 'y'), id: 2, tests: [{ file: 'a.spec.ts', name: 'renamed' }] };
    const none: Attack = { id: 36, what: 'a sandbox', tests: [], defences: [], notApplicable: 'there is none' };

    expect(linesOf([attack('x', 'y'), lost, none], run).map(({ isStood }) => isStood)).toEqual([true, false, true]);
    expect(verdictOf(lost.tests, run).unsettled).toEqual(['a.spec.ts: no test "renamed"']);
  });
});

describe('the command line', () => {
  it('chooses attacks', () => expect(readOptions(['--prove', '--only', '1, unread-answer'])).toEqual({ prove: true, only: ['1', 'unread-answer'] }));
});
