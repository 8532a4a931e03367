import { randomBytes } from 'node:crypto';
import { loadConfig } from '@patchbay/service-kit';
import { authConfig } from './auth.config.js';

const environment = {
  NATS_URL: 'nats://localhost',
  PUBLIC_BASE_URL: 'https://patchbay.example.com',
  TOKEN_MASTER_KEYS: `a:${randomBytes(32).toString('base64')}`,
};
const credentials = JSON.stringify({
  users: [{ id: '0198f2a4-0000-7000-8000-000000000001', email: 'ada@patchbay.test', name: 'Ada', role: 'user' }],
  service_api_key: 'pb_dev_0123456789abcdefghijklmnop',
});
const faultsOf = (more: Readonly<Record<string, string>>): string => {
  try {
    loadConfig(authConfig, { ...environment, ...more });
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : 'not an error';
  }
};

describe('the configuration of auth', () => {
  it('reads redirect URIs and development credentials', () => {
    const config = loadConfig(authConfig, {
      ...environment,
      OAUTH_REDIRECT_URIS: 'https://a.example/x, https://b.example/y',
      DEVELOPMENT_CREDENTIALS: credentials,
    });

    expect(config).toMatchObject({
      OAUTH_REDIRECT_URIS: ['https://a.example/x', 'https://b.example/y'],
      DEVELOPMENT_CREDENTIALS: { users: [{ name: 'Ada' }] },
    });
  });

  it('names everything that is wrong at once, and no value', () => {
    const faults = faultsOf({
      NODE_ENV: 'production',
      PUBLIC_BASE_URL: 'http://patchbay.example.com',
      TOKEN_MASTER_KEYS: 'a:c2hvcnQ=',
      DEVELOPMENT_CREDENTIALS: credentials,
      OAUTH_REDIRECT_URIS: 'nowhere',
      ZOOM_CLIENT_ID: 'half-of-it',
    });

    for (const variable of ['PUBLIC_BASE_URL', 'TOKEN_MASTER_KEYS', 'DEVELOPMENT_CREDENTIALS', 'OAUTH_REDIRECT_URIS', 'ZOOM_CLIENT_SECRET'])
      expect(faults).toContain(`${variable}:`);
    expect(faults).not.toMatch(/c2hvcnQ|pb_dev_|half-of-it/);
  });

  it.each(['no json', '{"users": []}', '[]'])('refuses development credentials that read %s', (text) => {
    expect(faultsOf({ DEVELOPMENT_CREDENTIALS: text })).toContain('DEVELOPMENT_CREDENTIALS');
  });
});
