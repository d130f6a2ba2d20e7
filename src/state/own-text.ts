/**
 * A copy that stands by itself. A part of a string keeps the whole string alive in V8, and what a YAML parser
 * returns are parts of its text: without a copy one kept address would hold the text of a whole file.
 */
export function ownText(text: string): string {
  return Buffer.from(text).toString();
}

const known = new Map<string, string>();
const mostKnown = 20_000;

/** The one copy of a text that many records share: nodes, zones and port names are few, endpoints many. */
export function sharedText(text: string): string {
  const found = known.get(text);
  if (found !== undefined) return found;
  const own = ownText(text);
  if (known.size < mostKnown) known.set(own, own);
  return own;
}
