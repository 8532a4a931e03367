import { isNestedTooDeep, nestingMax } from './json-nesting.js';

const nested = (levels: number, open: string, close: string): string => open.repeat(levels) + close.repeat(levels);

describe('isNestedTooDeep', () => {
  it.each([
    ['[', ']'],
    ['{"a":', '}'],
  ])('counts levels of %s', (open, close) => {
    expect([nestingMax, nestingMax + 1].map((levels) => isNestedTooDeep(nested(levels, open, close)))).toEqual([false, true]);
  });

  it('counts none inside of text, whatever is escaped there', () => {
    expect(isNestedTooDeep(JSON.stringify({ a: '['.repeat(500), b: `\\"${'{'.repeat(500)}`, c: '\\' }))).toBe(false);
    expect(isNestedTooDeep(`["\\\\",${nested(nestingMax, '[', ']')}]`)).toBe(true);
  });

  it('does not count what stands side by side', () => {
    expect(isNestedTooDeep(`[${Array.from({ length: 500 }, () => '{}').join()}]`)).toBe(false);
  });

  it('reads half a megabyte that is never closed in no time', () => {
    const before = performance.now();
    for (const text of ['"'.repeat(500_000), '\\'.repeat(500_000), '[]'.repeat(250_000)]) isNestedTooDeep(text);

    expect(performance.now() - before).toBeLessThan(200);
  });
});
