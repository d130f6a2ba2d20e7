import type { NameRule } from './object-names.ts';

/**
 * A copy that stands by itself. A part of a string keeps the whole string alive in V8, and what a YAML parser
 * returns are parts of its text: without a copy one kept address would hold the text of a whole file. Of short parts,
 * V8 makes copies itself.
 */
export function ownText(text: string): string {
  return text.length < shortestPart ? text : Buffer.from(text).toString();
}

/** Characters (SlicedString::kMinLength in src/objects/string.h of V8). */
const shortestPart = 13;

/**
 * The one copy of a name that many records share: nodes, zones and port names are few, endpoints many. `undefined` of what the rule
 * does not allow.
 */
export function sharedName(text: string, rule: NameRule): string | undefined {
  const known = namesKnownTo(rule);
  const found = known.get(text);
  if (found !== undefined || !rule.pattern.test(text)) return found;
  const own = ownText(text);
  if (known.size < mostKnown) known.set(own, own);
  return own;
}

function namesKnownTo(rule: NameRule): Map<string, string> {
  const known = knownNames.get(rule);
  if (known !== undefined) return known;
  const first = new Map<string, string>();
  knownNames.set(rule, first);
  return first;
}

const knownNames = new Map<NameRule, Map<string, string>>();
const mostKnown = 20_000;
