import { readFileSync } from 'node:fs';

const swc = JSON.parse(readFileSync(new URL('./.swcrc', import.meta.url), 'utf8'));

/** What both kinds of test share: TypeScript through swc, and Patchbay's own libraries from their sources. */
const base = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', { ...swc, sourceMaps: 'inline' }] },
  modulePathIgnorePatterns: ['<rootDir>/(libs|apps)/[^/]+/dist/', '<rootDir>/.data/', '<rootDir>/.nx/'],
  moduleNameMapper: {
    '^@patchbay/([^/]+)/testing$': '<rootDir>/libs/$1/src/testing/index.ts',
    '^@patchbay/([^/]+)$': '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  setupFiles: ['reflect-metadata'],
};

export default {
  // Two slow cores may run a database, a broker and several suites at once; a hang is still told.
  testTimeout: 20_000,
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: ['<rootDir>/(libs|apps)/*/src/**/*.spec.ts'],
      testPathIgnorePatterns: ['\\.integration\\.spec\\.ts$', '\\.e2e\\.spec\\.ts$'],
    },
    {
      ...base,
      displayName: 'integration',
      testMatch: ['<rootDir>/(libs|apps)/*/src/**/*.integration.spec.ts'],
      globalSetup: '<rootDir>/libs/testing/src/start-servers.mjs',
      globalTeardown: '<rootDir>/libs/testing/src/stop-servers.mjs',
    },
    {
      ...base,
      displayName: 'e2e',
      testMatch: ['<rootDir>/apps/e2e/src/**/*.e2e.spec.ts'],
      globalSetup: '<rootDir>/apps/e2e/src/start-stack.mjs',
      globalTeardown: '<rootDir>/apps/e2e/src/stop-stack.mjs',
    },
  ],
};
