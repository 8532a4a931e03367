import { PlantedSecrets } from './planted-secrets.js';

const secret = 's3cret/with+signs=and "quotes"';

describe('PlantedSecrets', () => {
  it.each([
    ['as it is', `before ${secret} after`],
    ['as JSON', JSON.stringify({ message: secret })],
    ['as part of a form', new URLSearchParams({ secret: encodeURIComponent(secret) }).toString().replaceAll('%25', '%')],
    ['as base64', Buffer.from(secret).toString('base64')],
    ['as base64url', Buffer.from(secret).toString('base64url')],
    ['in a Basic header', `Basic ${Buffer.from(`client:${secret}`).toString('base64')}`],
    ['in a Basic header that begins elsewhere', `Basic ${Buffer.from(`client1:${secret}`).toString('base64')}`],
    ['in a Basic header of a third length', `Basic ${Buffer.from(`client12:${secret}`).toString('base64')}`],
    ['as hexadecimal', `\\x${Buffer.from(secret).toString('hex')}`],
    ['as upper-case hexadecimal', Buffer.from(secret).toString('hex').toUpperCase()],
  ])('finds a secret %s', (_, text) => {
    const secrets = new PlantedSecrets();
    secrets.plant('password', secret);

    expect(secrets.search('here', text)).toEqual([{ kind: 'password', where: 'here' }]);
  });

  it('finds nothing where nothing is, and lets be what may be', () => {
    const secrets = new PlantedSecrets();
    secrets.plant('password', secret);

    expect(secrets.search('here', 'all is well')).toEqual([]);
    expect(secrets.search('here', secret, ['password'])).toEqual([]);
    expect(secrets.count('password')).toBe(1);
    expect(secrets.count('token')).toBe(0);
  });
});
