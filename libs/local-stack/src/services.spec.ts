import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { portsFromEnvironment } from './ports.js';
import { loadSecrets, type StackSecrets } from './secrets.js';
import { replicaSpec, serviceSpec, variablesLeftOut, type ServiceSurroundings } from './services.js';

describe('serviceSpec', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'patchbay-services-'));
  const secrets: StackSecrets = loadSecrets(dataDir);
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));
  const surroundings = (env: Readonly<Record<string, string>>): ServiceSurroundings => ({
    ports: portsFromEnvironment({}),
    databaseUrl: 'postgres://127.0.0.1/patchbay',
    natsUrl: 'nats://127.0.0.1:4223',
    secrets,
    env,
    overrides: {},
  });

  it('keeps provider credentials of the shell out of the services', () => {
    const { env } = serviceSpec('auth', surroundings({ ZOOM_CLIENT_SECRET: 'of my real app', AWS_SECRET_ACCESS_KEY: 'mine' }));

    expect(env['ZOOM_CLIENT_SECRET']).toBe('sandbox-zoom-secret');
    expect(env).not.toHaveProperty('AWS_SECRET_ACCESS_KEY');
  });

  it('passes on what PATCHBAY_PASS_ENV names', () => {
    const { env } = serviceSpec('auth', surroundings({ PATCHBAY_PASS_ENV: 'ZOOM_CLIENT_SECRET', ZOOM_CLIENT_SECRET: 'of my real app' }));

    expect(env['ZOOM_CLIENT_SECRET']).toBe('of my real app');
  });

  it('can say which variables of the shell are left out', () => {
    const mine = { ZOOM_CLIENT_SECRET: 'mine', TOKEN_MASTER_KEYS: 'mine', WEBEX_SCOPES: 'mine', EDITOR: 'vi', PATH: '/bin', LOG_LEVEL: 'debug' };

    expect(variablesLeftOut(surroundings(mine))).toEqual(['TOKEN_MASTER_KEYS', 'WEBEX_SCOPES', 'ZOOM_CLIENT_SECRET']);
    expect(variablesLeftOut(surroundings({ ...mine, PATCHBAY_PASS_ENV: 'ZOOM_CLIENT_SECRET, TOKEN_MASTER_KEYS' }))).toEqual(['WEBEX_SCOPES']);
  });

  it('tells development credentials to auth alone', () => {
    expect(serviceSpec('auth', surroundings({})).env).toHaveProperty('DEVELOPMENT_CREDENTIALS');
    expect(serviceSpec('gateway', surroundings({})).env).not.toHaveProperty('DEVELOPMENT_CREDENTIALS');
  });

  it('runs a second replica as the first, under a name and on a health port of its own', () => {
    const first = serviceSpec('webhooks', surroundings({}));
    const second = replicaSpec({ service: 'webhooks', number: 2, healthPort: 4999 }, surroundings({}));

    expect(second).toMatchObject({ name: 'webhooks-2', command: first.command, args: first.args });
    expect(second.env).toEqual({ ...first.env, HEALTH_PORT: '4999' });
  });
});
