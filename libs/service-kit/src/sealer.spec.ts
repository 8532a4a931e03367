import { randomBytes } from 'node:crypto';
import { keyIdOf, SealBrokenError, Sealer } from './sealer.js';

const aKey = (id: string): { id: string; key: Buffer } => ({ id, key: randomBytes(32) });

describe('Sealer', () => {
  it('opens what it sealed', () => {
    const sealer = new Sealer([aKey('one')]);

    expect(sealer.open(sealer.seal('token', 'tenant/row'), 'tenant/row')).toBe('token');
  });

  it('never seals the same text to the same value', () => {
    const sealer = new Sealer([aKey('one')]);

    expect(sealer.seal('token', 'row')).not.toBe(sealer.seal('token', 'row'));
  });

  it('refuses a value that was moved to another row', () => {
    const sealer = new Sealer([aKey('one')]);

    expect(() => sealer.open(sealer.seal('token', 'row-1'), 'row-2')).toThrow(SealBrokenError);
  });

  it('refuses a value with a single byte changed, wherever it is', () => {
    const sealer = new Sealer([aKey('one')]);
    const sealed = sealer.seal('token', 'row');
    const parts = sealed.split('.');
    const altered = [2, 3].map((index) => {
      const bytes = Buffer.from(parts[index] ?? '', 'base64url');
      bytes.writeUInt8(bytes.readUInt8(5) ^ 1, 5);
      return parts.with(index, bytes.toString('base64url')).join('.');
    });

    for (const value of altered) expect(() => sealer.open(value, 'row')).toThrow(SealBrokenError);
  });

  it('opens values of an older key, and seals under the first', () => {
    const [older, newer] = [aKey('older'), aKey('newer')];
    const sealed = new Sealer([older]).seal('token', 'row');
    const both = new Sealer([newer, older]);

    expect(both.open(sealed, 'row')).toBe('token');
    expect(both.seal('token', 'row')).toMatch(/^v1\.newer\./);
  });

  it('says that a key is not configured rather than that the value is broken', () => {
    const sealed = new Sealer([aKey('gone')]).seal('token', 'row');

    expect(() => new Sealer([aKey('one')]).open(sealed, 'row')).toThrow('sealed under the master key "gone"');
  });

  it('knows under which key a value is sealed without having that key', () => {
    expect(keyIdOf(new Sealer([aKey('gone')]).seal('token', 'row'))).toBe('gone');
    expect(['', 'token', 'v1.a.b', 'v2.a.b.c', 'v1.a.b.c.d'].map(keyIdOf)).toEqual(Array(5).fill(undefined));
  });

  it('wraps the data key anew and leaves the ciphertext byte for byte', () => {
    const [older, newer] = [aKey('older'), aKey('newer')];
    const sealed = new Sealer([older]).seal('token', 'row');
    const rewrapped = new Sealer([newer, older]).rewrap(sealed);

    expect(keyIdOf(rewrapped)).toBe('newer');
    expect(rewrapped.split('.')[3]).toBe(sealed.split('.')[3]);
    expect(new Sealer([newer]).open(rewrapped, 'row')).toBe('token');
    expect(() => new Sealer([newer]).open(rewrapped, 'another row')).toThrow(SealBrokenError);
  });

  it('leaves a value alone that is under the first key already', () => {
    const sealer = new Sealer([aKey('one'), aKey('two')]);
    const sealed = sealer.seal('token', 'row');

    expect(sealer.rewrap(sealed)).toBe(sealed);
  });

  it.each([
    ['its key is not configured', () => new Sealer([aKey('gone')]).seal('token', 'row')],
    ['it is no sealed value', () => 'token'],
    ['another key of the same name sealed it', () => new Sealer([aKey('two')]).seal('token', 'row')],
  ])('wraps nothing anew when %s', (_, make) => {
    expect(() => new Sealer([aKey('one'), aKey('two')]).rewrap(make())).toThrow(SealBrokenError);
  });
});
