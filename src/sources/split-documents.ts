/** One document of a YAML stream, and the line of the file on which it starts, counted from 1. */
export interface DocumentText {
  readonly text: string;
  readonly line: number;
}

/**
 * Cuts a YAML stream at its document markers, each of which stays at the head of its document. YAML forbids a line
 * that starts with `---` inside a document (c-forbidden), so this needs no parser, and a broken document leaves the
 * others whole.
 */
export function* splitDocuments(text: string): Iterable<DocumentText> {
  let start = 0;
  let line = 1;
  for (const { index } of text.matchAll(documentMarker)) {
    const document = text.slice(start, index);
    if (index === start || directives.test(document.slice(0, longestPreamble))) continue;
    yield { text: document, line };
    line += countLines(document);
    start = index;
  }
  yield { text: text.slice(start), line };
}

// Not `^`: with the flag m it also matches after U+2028, which ends no line in YAML 1.2.
const documentMarker = /(?<=^|[\r\n])---(?=[ \t\r\n]|$)/g;

/** `%YAML 1.2` and the like, which belong to the document after the marker; only comments may go before. */
const directives = /^(?:[ \t]*(?:#.*)?\r?\n)*%/;
const longestPreamble = 10_000;

export function countLines(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}
