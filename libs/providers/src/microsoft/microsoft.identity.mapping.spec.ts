import { readGraphFailure } from './microsoft.graph-http.js';
import { graphUser, toProviderAccount } from './microsoft.identity.mapping.js';

const read = (user: object) => toProviderAccount(graphUser.parse(user));

describe('a user of Microsoft Graph', () => {
  it('becomes an account', () => {
    const user = {
      id: '87d349ed',
      displayName: 'Adele Vance',
      mail: 'AdeleV@contoso.example',
      userPrincipalName: 'adele@contoso.onmicrosoft.example',
    };

    expect(read(user)).toEqual({ id: '87d349ed', name: 'Adele Vance', email: 'AdeleV@contoso.example' });
  });

  it.each([null, '', ' '])('without a mailbox (mail %j) is written to under the name it signs in with', (mail) => {
    expect(read({ id: 'b1', mail, userPrincipalName: 'someone@outlook.example' }).email).toBe('someone@outlook.example');
  });

  it.each(['ben_home.example#EXT#@host.onmicrosoft.example', 'ben_home.example#ext#@host.onmicrosoft.example', 'no-address', '', null])(
    'has no address when it signs in as %j only',
    (userPrincipalName) => {
      expect(read({ id: 'b1', userPrincipalName }).email).toBeNull();
    },
  );

  it('may have no name', () => {
    expect(read({ id: 'b1', displayName: null })).toEqual({ id: 'b1', name: null, email: null });
  });

  it('always has an id', () => {
    expect(graphUser.safeParse({ displayName: 'Nobody' }).success).toBe(false);
  });
});

describe("Graph's word for a failure", () => {
  it('is its code, and nothing of its message', () => {
    expect(readGraphFailure(403, { error: { code: 'Authorization_RequestDenied', message: 'words that may quote somebody' } })).toEqual({
      reason: 'Authorization_RequestDenied',
    });
  });

  it.each([undefined, null, 'oops', { error: 'invalid_grant' }])('is nothing in %j', (body) => {
    expect(readGraphFailure(502, body)).toEqual({});
  });
});
