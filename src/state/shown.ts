const longest = 60;

/** A value as a message shows it: on one line, with nothing that a terminal would obey, and not too long. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return 'nothing';
    case 'string':
      return printable(JSON.stringify(value.slice(0, longest)) + (value.length > longest ? '…' : ''));
    case 'number':
    case 'boolean':
      return String(value);
    case 'object':
      return value === null ? 'null' : Array.isArray(value) ? 'a list' : 'a mapping';
    default:
      return `a ${typeof value}`;
  }
}

/** The text with everything escaped that would move a terminal's cursor, turn the writing direction or hide itself. */
export function printable(text: string): string {
  return text.replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
