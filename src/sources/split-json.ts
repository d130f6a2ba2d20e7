import { countLines, type DocumentText } from './split-documents.ts';

/**
 * Cuts a text in which JSON values follow one another, one a line or not. A value ends with its last bracket; and
 * where a line starts with a bracket a new one starts, so that a broken value does not take the others with it.
 */
export function* splitJson(text: string): Iterable<DocumentText> {
  let start = 0;
  let line = 1;
  for (const end of valueEnds(text)) {
    const value = text.slice(start, end);
    if (value.trim() !== '') yield { text: value, line: line + countLines(leadingSpace(value)) };
    line += countLines(value);
    start = end;
  }
}

// Strings are tokens of their own, for the brackets in them; JSON allows no line break in a string.
const tokens = /"(?:[^"\\\r\n]|\\.)*"|\n(?=[{[])|[{}[\]]/g;

function* valueEnds(text: string): Iterable<number> {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(tokens)) {
    if (token === '{' || token === '[') depth += 1;
    if (token === '}' || token === ']') depth -= 1;
    const closed = depth === 0 && (token === '}' || token === ']');
    if (token !== '\n' && !closed) continue;
    depth = 0;
    yield index + 1;
  }
  yield text.length;
}

function leadingSpace(text: string): string {
  return text.slice(0, text.length - text.trimStart().length);
}
