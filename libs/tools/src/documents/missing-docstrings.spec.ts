import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot as root } from '../repository-root.js';
import { missingDocstrings } from './missing-docstrings.js';

describe('missingDocstrings', () => {
  it('finds an export without one, and leaves what is not exported', () => {
    expect(missingDocstrings('/** Told. */\nexport const a = 1;\nconst b = 2;\nexport function c(): void {}')).toEqual([
      'export function c(): void {}',
    ]);
  });

  it('asks for none on a type that is derived from a value', () => {
    expect(missingDocstrings('export type Role = (typeof roles)[number];\nexport type Other = string;')).toEqual(['export type Other = string;']);
  });
});

describe('the libraries', () => {
  it('say of everything they export what it is', () => {
    const files = globSync('libs/*/src/**/*.ts', { cwd: root }).filter((path) => !path.endsWith('.spec.ts'));
    const missing = files.flatMap((path) => missingDocstrings(readFileSync(join(root, path), 'utf8')).map((line) => `${path}: ${line}`));

    expect(files.length).toBeGreaterThan(50);
    expect(missing).toEqual([]);
  });
});
