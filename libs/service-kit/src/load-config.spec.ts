import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigError, databaseConfig, ignoredVariables, loadConfig, masterKeys } from './load-config.js';

const schema = databaseConfig.extend({ TOKEN_MASTER_KEYS: masterKeys, PORT: z.coerce.number().int() });
const key = Buffer.alloc(32, 7).toString('base64');
const valid = { DATABASE_URL: 'postgres://localhost/patchbay', NATS_URL: 'nats://localhost:4222', TOKEN_MASTER_KEYS: `one:${key}`, PORT: '4000' };

const faultsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    loadConfig(schema, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
  }
  return [];
};

describe('loadConfig', () => {
  it('names every faulty variable at once, and no value', () => {
    const faults = faultsOf({ DATABASE_URL: 'mysql://secret-host/x', TOKEN_MASTER_KEYS: 'one:too-short', PORT: 'http', LOG_LEVEL: 'loud' });

    expect(faults.map((fault) => fault.split(':')[0])).toEqual(['NATS_URL', 'LOG_LEVEL', 'DATABASE_URL', 'TOKEN_MASTER_KEYS', 'PORT']);
    expect(faults.join()).not.toMatch(/secret-host|too-short/);
  });

  it('takes a variable that is set to nothing for one that is not set', () => {
    expect(faultsOf({ ...valid, NATS_URL: ' ' })).toEqual(['NATS_URL: is not set']);
  });

  it('reads a file, and lets the environment win over it', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'config-')), 'patchbay.json');
    writeFileSync(file, JSON.stringify({ ...valid, PORT: 1, LOG_LEVEL: 'warn' }));

    expect(loadConfig(schema, { PATCHBAY_CONFIG: file, PORT: '2' })).toMatchObject({ PORT: 2, LOG_LEVEL: 'warn' });
  });

  it('says which file it cannot read', () => {
    expect(() => loadConfig(schema, { ...valid, PATCHBAY_CONFIG: '/nowhere.json' })).toThrow('PATCHBAY_CONFIG');
  });

  it.each(['false', '0', 'off', 'False'])('refuses to run without an outbox in production (%s)', (word) => {
    expect(faultsOf({ ...valid, NODE_ENV: 'production', OUTBOX_ENABLED: word })).toEqual(['OUTBOX_ENABLED: must not be false in production']);
  });

  it('refuses two master keys of one id: what the first seals the second could not open', () => {
    expect(faultsOf({ ...valid, TOKEN_MASTER_KEYS: `one:${key},one:${key}` })).toEqual(['TOKEN_MASTER_KEYS: must give every key an id of its own']);
  });

  it('reads several master keys, the first one first', () => {
    const config = loadConfig(schema, { ...valid, TOKEN_MASTER_KEYS: `new:${key},old:${key}` });

    expect(config.TOKEN_MASTER_KEYS.map(({ id }) => id)).toEqual(['new', 'old']);
  });
});

describe('ignoredVariables', () => {
  it('names what Redis and Celery would read, and no value', () => {
    const environment = { ...valid, REDIS_URL: 'redis://:secret@localhost', CELERY_BROKER_URL: 'redis://localhost', CELERY_RESULT_BACKEND: ' ' };

    expect(ignoredVariables(environment)).toEqual(['CELERY_BROKER_URL', 'REDIS_URL']);
  });

  it('has nothing to say of an environment without them', () => {
    expect(ignoredVariables(valid)).toEqual([]);
  });
});
