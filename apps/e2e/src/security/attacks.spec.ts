import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attacks } from './attacks.js';
import { provingTests } from './prove.js';
import { root } from './root.js';

const textOf = (file: string): string => (existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : '');
const timesIn = (file: string, text: string): number => textOf(file).split(text).length - 1;

describe('the list of attacks', () => {
  it('has every number from 1 to 36 once, and the receiver whose answer stays unread', () => {
    const all = [...Array.from({ length: 36 }, (_none, index) => String(index + 1)), 'unread-answer'];

    expect(attacks.map(({ id }) => String(id)).sort()).toEqual(all.sort());
  });

  it('has tests and defences for each, or says why it does not apply', () => {
    const bare = attacks.filter(({ tests, defences, notApplicable }) =>
      notApplicable === undefined ? tests.length === 0 || defences.length === 0 : tests.length > 0 || defences.length > 0,
    );

    expect(bare.map(({ id }) => id)).toEqual([]);
  });

  it('can prove each without the whole stack', () => {
    const unproved = attacks.filter((attack) => attack.defences.length > 0 && provingTests(attack).length === 0);

    expect(unproved.map(({ id }) => id)).toEqual([]);
  });

  it('names tests that are there', () => {
    const tests = attacks.flatMap(({ id, tests: named }) => named.map((test) => ({ id, ...test })));
    const missing = tests.filter(
      ({ file, name, writtenIn = file }) => !/\.spec\.ts$/.test(file) || textOf(file) === '' || timesIn(writtenIn, name) === 0,
    );

    expect(missing.map(({ id, file, name }) => `${id}: ${file}: ${name}`)).toEqual([]);
  });

  it('names defences that are there, once in their file', () => {
    const defences = attacks.flatMap(({ id, defences: named }) => named.map((defence) => ({ id, ...defence })));
    const missing = defences.filter(({ file, find, replaceBy }) => timesIn(file, find) !== 1 || find === replaceBy || /\.spec\.ts$/.test(file));

    expect(missing.map(({ id, file, find }) => `${id}: ${file}: ${find} (${timesIn(file, find)} times)`)).toEqual([]);
  });
});
