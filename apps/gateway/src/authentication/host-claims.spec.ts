import { hostUserOf } from './host-claims.js';

const names = { HOST_JWT_USER_CLAIM: 'sub' };
const payload = { iss: 'https://host.test', sub: 'u1' };
const ofTenant = { ...payload, org: { id: 't1' } };
const all = {
  ...names,
  HOST_JWT_EMAIL_CLAIM: 'email',
  HOST_JWT_NAME_CLAIM: 'profile.name',
  HOST_JWT_ROLE_CLAIM: 'https://host.test/role',
  HOST_JWT_TENANT_CLAIM: 'org.id',
};

describe('hostUserOf', () => {
  it('needs no more than an issuer and a person', () => {
    expect(hostUserOf(payload, names)).toEqual({ issuer: 'https://host.test', subject: 'u1', role: 'user', tenant_id: 'default' });
  });

  it('reads the claims it is told to, by name or by path', () => {
    const claims = { ...payload, email: 'ada@example.com', profile: { name: ' Ada ' }, 'https://host.test/role': 'admin', org: { id: 't1' } };

    expect(hostUserOf(claims, all)).toEqual({
      issuer: 'https://host.test',
      subject: 'u1',
      email: 'ada@example.com',
      name: 'Ada',
      role: 'admin',
      tenant_id: 't1',
    });
  });

  it.each(['Admin', 'administrator', ['admin'], true, { admin: true }, undefined])(
    'takes a role that is not exactly one of ours for a user (%j)',
    (role) => {
      expect(hostUserOf({ ...ofTenant, 'https://host.test/role': role }, all)?.role).toBe('user');
    },
  );

  it('takes nobody for an admin when no claim says roles', () => {
    expect(hostUserOf({ ...payload, role: 'admin' }, names)?.role).toBe('user');
  });

  it('takes a number for a person', () => {
    expect(hostUserOf({ iss: 'i', user: { id: 42 } }, { HOST_JWT_USER_CLAIM: 'user.id' })?.subject).toBe('42');
  });

  it.each([undefined, '', null, {}, 'x'.repeat(501)])('knows nobody without a person (%j)', (sub) => {
    expect(hostUserOf({ iss: 'i', user: sub }, { HOST_JWT_USER_CLAIM: 'user' })).toBeUndefined();
  });

  it.each([undefined, null, 7, '', {}, 'x'.repeat(101)])('knows nobody in a tenant that is none (%j)', (id) => {
    expect(hostUserOf({ ...payload, org: { id } }, all)).toBeUndefined();
  });

  it('does not find what every object has', () => {
    expect(hostUserOf({ iss: 'i' }, { HOST_JWT_USER_CLAIM: 'constructor.name' })).toBeUndefined();
  });

  it('leaves out addresses that are none', () => {
    expect(hostUserOf({ ...ofTenant, email: 'ada' }, all)?.subject).toBe('u1');
    expect(hostUserOf({ ...ofTenant, email: 'ada' }, all)).not.toHaveProperty('email');
  });

  it.each([false, 'false', null, 0, ''])('leaves out an address that the host does not vouch for (%j)', (email_verified) => {
    const user = hostUserOf({ ...ofTenant, email: 'ada@example.com', email_verified }, all);

    expect(user?.subject).toBe('u1');
    expect(user).not.toHaveProperty('email');
  });

  it.each([true, 'true', undefined])('takes an address that the host vouches for, or says nothing against (%j)', (email_verified) => {
    expect(hostUserOf({ ...ofTenant, email: 'ada@example.com', email_verified }, all)?.email).toBe('ada@example.com');
  });
});
