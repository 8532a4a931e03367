/** How many levels deep JSON may be nested. What people write has a handful; whoever walks through more may run out of stack. */
export const nestingMax = 64;

/** Whether a JSON text is nested deeper than {@link nestingMax}. Looks at the text, in linear time, so that it can be asked before anything parses it. */
export function isNestedTooDeep(json: string): boolean {
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < json.length; index += 1) {
    const code = json.charCodeAt(index);
    if (isInString) {
      if (code === backslash) index += 1;
      else if (code === quote) isInString = false;
    } else if (code === quote) isInString = true;
    else if (code === bracket || code === brace) {
      depth += 1;
      if (depth > nestingMax) return true;
    } else if (code === bracketEnd || code === braceEnd) depth -= 1;
  }
  return false;
}

const [quote, backslash, bracket, bracketEnd, brace, braceEnd] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d] as const;
