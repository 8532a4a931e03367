import { unknownFields } from './unknown-fields.js';

describe('unknownFields', () => {
  it('names dropped fields at every depth, in lists too', () => {
    const input = { a: 1, b: { c: 1, foo: 1 }, list: [{ x: 1 }, { x: 1, bar: 1 }] };
    const parsed = { a: 1, b: { c: 1 }, list: [{ x: 1 }, { x: 1 }], defaulted: true };

    expect(unknownFields(input, parsed, 'data')).toEqual(['data.b.foo', 'data.list.1.bar']);
  });

  it('lets metadata hold anything', () => {
    expect(unknownFields({ metadata: { anything: { goes: 1 } } }, { metadata: {} }, 'data')).toEqual([]);
  });

  it('sees a field that would reach for the prototype', () => {
    const input = JSON.parse('{"__proto__": {"polluted": true}}') as unknown;

    expect(unknownFields(input, {}, 'data')).toEqual(['data.__proto__']);
    expect({}).not.toHaveProperty('polluted');
  });
});
