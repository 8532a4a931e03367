import { ConfigError, loadConfig } from '@patchbay/service-kit';
import { gatewayConfig } from './gateway.config.js';

const host = { HOST_JWT_JWKS_URL: 'https://host.test/jwks', HOST_JWT_ISSUER: 'https://host.test', HOST_JWT_AUDIENCE: 'patchbay' };
const load = (environment: Readonly<Record<string, string>>) => loadConfig(gatewayConfig, { NATS_URL: 'nats://localhost', ...environment });
const faultsOf = (environment: Readonly<Record<string, string>>): readonly string[] => {
  try {
    load(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
};

describe("the host product's tokens", () => {
  it('are off when nothing is said about them', () => {
    expect(load({}).HOST_JWT_JWKS_URL).toBeUndefined();
  });

  it('are on with an address, an issuer and an audience', () => {
    expect(load(host)).toMatchObject({ ...host, HOST_JWT_ALGORITHMS: ['RS256', 'ES256', 'EdDSA'], HOST_JWT_USER_CLAIM: 'sub' });
  });

  it.each(Object.keys(host))('are a fault without %s, which is named', (missing) => {
    expect(faultsOf({ ...host, [missing]: '' })).toEqual([expect.stringMatching(new RegExp(`^${missing}: is not set`))]);
  });

  it.each(['none', 'HS256', 'RS256,HS512', ','])('cannot be signed with %s', (algorithms) => {
    expect(faultsOf({ ...host, HOST_JWT_ALGORITHMS: algorithms })).toEqual([expect.stringContaining('HOST_JWT_ALGORITHMS: must be some of')]);
  });

  it('need keys from an https address in production', () => {
    const plain = { ...host, HOST_JWT_JWKS_URL: 'http://host.test/jwks' };

    expect(faultsOf({ ...plain, NODE_ENV: 'production' })).toEqual(['HOST_JWT_JWKS_URL: must be https in production']);
    expect(faultsOf(plain)).toEqual([]);
  });

  it('cannot have our own issuer', () => {
    expect(faultsOf({ ...host, HOST_JWT_ISSUER: 'http://localhost:4000' })).toEqual([expect.stringContaining('HOST_JWT_ISSUER: must not be')]);
  });
});
