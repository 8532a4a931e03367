import { whereAndWho, type RunningStack } from './gateway.js';

const stack: RunningStack = { gatewayUrl: 'http://127.0.0.1:4000', natsUrl: 'nats://x', databaseUrl: 'postgres://x', adminToken: 'of the stack' };

describe('whereAndWho', () => {
  it('takes both from the stack of this folder when nothing is said', () => {
    expect(whereAndWho({}, stack)).toEqual({ baseUrl: 'http://127.0.0.1:4000', token: 'of the stack' });
    expect(whereAndWho({ url: '', token: ' ' }, stack)).toEqual({ baseUrl: 'http://127.0.0.1:4000', token: 'of the stack' });
  });

  it('asks the stack of this folder with the token that was given', () => {
    expect(whereAndWho({ token: 'mine' }, stack)).toEqual({ baseUrl: 'http://127.0.0.1:4000', token: 'mine' });
  });

  it("lends the administrator of the stack to the stack's own URL only", () => {
    expect(whereAndWho({ url: 'http://127.0.0.1:4000/' }, stack).token).toBe('of the stack');
    for (const url of ['https://integrations.example.com', 'http://127.0.0.1:5000', 'http://127.0.0.1:4000.example.com', 'no URL'])
      expect(() => whereAndWho({ url }, stack)).toThrow(/^Say who you are \(--token/);
  });

  it('says which of the two is missing', () => {
    expect(() => whereAndWho({ url: 'https://integrations.example.com' }, null)).toThrow(/^Say who you are .*\. No stack/);
    expect(() => whereAndWho({ token: 'mine' }, null)).toThrow(/^Say where the gateway is [^;]*\. No stack/);
    expect(() => whereAndWho({}, null)).toThrow(/^Say where the gateway is .* and who you are/);
  });
});
