import { Agent, request } from 'undici';
import { AddressNotAllowedError, EgressGuard } from './egress-guard.js';

const rules = { allow: [], httpsOnly: false, ownUrl: 'https://Patchbay.Example.com/below' };
const resolve = async () => [{ address: '93.184.215.14', family: 4 as const }];

describe('the address of this installation itself', () => {
  it.each([
    'https://patchbay.example.com/api/v1/events/',
    'http://PATCHBAY.example.com./',
    'https://patchbay.example.com:8443/',
    'https://patchbay%2eexample.com/',
  ])('is not called, however it is spelled: %s', (url) => {
    expect(() => new EgressGuard(rules).checkUrl(url)).toThrow(AddressNotAllowedError);
  });

  it('is not connected to either, whatever was stored before', async () => {
    const dispatcher = new Agent({ connect: new EgressGuard({ ...rules, resolve }).connector({}) });

    await expect(request('http://patchbay.example.com/', { dispatcher })).rejects.toMatchObject({ code: 'address_not_allowed' });
    await dispatcher.destroy();
  });

  it('can be allowed, and its neighbours are called', () => {
    const guard = new EgressGuard({ ...rules, allow: ['patchbay.example.com:443'] });

    for (const url of ['https://patchbay.example.com/', 'https://hooks.patchbay.example.com/', 'https://example.com/'])
      expect(guard.checkUrl(url).href).toBe(url);
  });
});
