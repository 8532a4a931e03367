import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { readJson, writeJson } from './data-dir.js';

/** Someone who exists in development only. */
export interface DevelopmentUser {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: 'user' | 'admin';
}

/** What this machine's stack made up on its first start. It is worth nothing anywhere else. */
export interface StackSecrets {
  readonly postgresPassword: string;
  readonly tokenMasterKeys: string;
  readonly users: readonly DevelopmentUser[];
  readonly serviceApiKey: string;
}

/** The secrets of a data directory, made on the first call and the same ever after. */
export function loadSecrets(dataDir: string): StackSecrets {
  const file = join(dataDir, 'secrets.json');
  const known = readJson<StackSecrets>(file);
  if (known !== null) return known;
  const secrets: StackSecrets = {
    postgresPassword: randomBytes(18).toString('hex'),
    tokenMasterKeys: `dev1:${randomBytes(32).toString('base64')}`,
    users: [
      { id: randomUUID(), email: 'ada@patchbay.test', name: 'Ada', role: 'user' },
      { id: randomUUID(), email: 'grace@patchbay.test', name: 'Grace', role: 'user' },
      { id: randomUUID(), email: 'admin@patchbay.test', name: 'Admin', role: 'admin' },
    ],
    serviceApiKey: `pb_dev_${randomBytes(24).toString('base64url')}`,
  };
  writeJson(file, secrets);
  return secrets;
}
