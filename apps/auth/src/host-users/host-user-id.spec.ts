import { hostUserId } from './host-user-id.js';

describe('hostUserId', () => {
  const issuer = 'https://accounts.example.com';

  it('keeps an id that is a UUID', () => {
    expect(hostUserId({ issuer, subject: '0198F2A4-0000-7000-8000-000000000001' })).toBe('0198f2a4-0000-7000-8000-000000000001');
  });

  it('makes the same id of the same subject for ever', () => {
    expect(hostUserId({ issuer, subject: '42' })).toBe('d696a32b-5131-5a0d-919f-5a0406c49d22');
  });

  it('tells subjects and issuers apart', () => {
    const ids = [
      { issuer, subject: '42' },
      { issuer, subject: '43' },
      { issuer: 'https://other.example.com', subject: '42' },
    ].map(hostUserId);

    expect(new Set(ids).size).toBe(3);
  });
});
