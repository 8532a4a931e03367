import { unstorableText } from './storable-text.js';

describe('unstorableText', () => {
  it('passes whatever text people write', () => {
    expect(unstorableText({ title: 'Démo 🎉', attendees: [{ name: '李' }], count: 3, none: null })).toBeUndefined();
  });

  it.each([
    ['a NUL', { data: { title: 'a\u0000b' } }, ['data', 'title']],
    ['an emoji that was cut in two', { data: { attendees: [{ name: 'ok' }, { name: 'Demo \ud83d' }] } }, ['data', 'attendees', '1', 'name']],
    ['a key that cannot be kept', { metadata: { 'a\u0000': 1 } }, ['metadata', '?']],
  ])('says where %s stands', (_what, value, place) => {
    expect(unstorableText(value)).toEqual(place);
  });
});
