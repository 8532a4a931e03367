import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSecrets } from './secrets.js';

describe('loadSecrets', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'patchbay-secrets-'));
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  it('makes secrets once and keeps them for their owner alone', () => {
    const first = loadSecrets(dataDir);

    expect(loadSecrets(dataDir)).toEqual(first);
    expect(statSync(join(dataDir, 'secrets.json')).mode & 0o777).toBe(0o600);
  });

  it('knows two users and an admin', () => {
    expect(loadSecrets(dataDir).users.map(({ role }) => role)).toEqual(['user', 'user', 'admin']);
  });
});
