import { configureProviders, inProcessRateLimiter } from '@patchbay/providers';
import { ProvidersService } from './providers.service.js';

describe('the list of providers', () => {
  const service = new ProvidersService(configureProviders({ AGORA_WEBHOOK_SECRET: 'a-secret' }, { limiter: inProcessRateLimiter() }));
  afterAll(() => service.onApplicationShutdown());
  const ids = service.list({}).items.map(({ id }) => id);

  it('names those that people can connect, configured or not', () => {
    expect(ids).toEqual(expect.arrayContaining(['google', 'zoom', 'stripe']));
  });

  it('does not offer one that is only listened to', () => {
    expect(ids).not.toContain('agora');
  });
});
