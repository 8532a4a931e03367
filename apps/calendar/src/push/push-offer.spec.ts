import { routeCatalog } from '@patchbay/contracts';
import type { ConfiguredProviders } from '@patchbay/providers';
import { PushOffer } from './push-offer.js';

const configured = {
  all: [
    { provider: { id: 'google' }, capabilities: { calendarPush: {} } },
    { provider: { id: 'caldav' }, capabilities: {} },
  ],
  find: (id: string) => configured.all.find(({ provider }) => provider.id === id),
};
const offer = (config: object) => new PushOffer(configured as unknown as ConfiguredProviders, config);

describe('the address that providers call', () => {
  it('is where the gateway takes what providers send', () => {
    const { address = '' } = offer({ PUBLIC_BASE_URL: 'https://patchbay.example.com/' }).of('google') ?? {};

    expect(address).toBe('https://patchbay.example.com/api/v1/ingress/google');
    const paths = routeCatalog.filter(({ method }) => method === 'POST').map(({ path }): string => path);
    expect(paths).toContain(new URL(address).pathname.replace('google', ':provider'));
  });

  it('is told only to those who can call', () => {
    const { providers } = offer({ PUBLIC_BASE_URL: 'https://patchbay.example.com' });

    expect(providers).toEqual(['google']);
    expect(offer({ PUBLIC_BASE_URL: 'https://patchbay.example.com' }).of('caldav')).toBeUndefined();
  });

  it('has TLS in production, or nobody is asked to call', () => {
    const plain = offer({ NODE_ENV: 'production', PUBLIC_BASE_URL: 'http://patchbay.example.com' });

    expect([plain.providers, plain.of('google')]).toEqual([[], undefined]);
    expect(offer({ NODE_ENV: 'development', PUBLIC_BASE_URL: 'http://localhost:4000' }).of('google')).toBeDefined();
    expect(offer({}).providers).toEqual([]);
  });
});
