import { randomBytes } from 'node:crypto';
import type { Transaction } from '@patchbay/database';
import { Sealer, type Logger } from '@patchbay/service-kit';
import { newSigningKey } from './signing-key-pairs.js';
import type { SigningKeysRepository } from './signing-keys.repository.js';
import { SigningKeysService } from './signing-keys.service.js';

describe('SigningKeysService', () => {
  it('does not start without the master key that sealed its youngest key', async () => {
    const now = new Date('2026-11-21T10:00:00Z');
    const made = await newSigningKey(new Sealer([{ id: 'a', key: randomBytes(32) }]));
    const stored = { kid: made.kid, sealedPrivateJwk: made.sealedPrivateJwk, createdAt: now, signsFrom: now };
    const keys: Pick<SigningKeysRepository, 'decide' | 'youngest' | 'forgetFollowed' | 'list'> = {
      decide: (work) => work({} as Transaction),
      youngest: async () => now,
      forgetFollowed: async () => undefined,
      list: async () => [stored],
    };
    const other = new Sealer([{ id: 'b', key: randomBytes(32) }]);
    const service = new SigningKeysService(keys as SigningKeysRepository, other, { SIGNING_KEY_DAYS: 30 }, () => now, {} as Logger);

    await expect(service.onModuleInit()).rejects.toThrow('master key');
  });
});
