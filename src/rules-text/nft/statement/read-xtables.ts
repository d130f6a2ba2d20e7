import type { Statement } from '../../rule.ts';
import type { RuleContext } from '../expression/read-expression.ts';
import type { Words } from '../word-reader.ts';
import { aside } from './simple-statements.ts';

/** Reads `xt match "physdev"`: an extension of xtables that libxtables cannot translate, and in JSON any. */
export function readXtables(words: Words, _context: RuleContext, place: number): readonly Statement[] {
  const isMatch = words.takeIf('match');
  if (!isMatch) words.expect('target');
  const name = words.take();
  return readExtension(name, isMatch, words.textSince(place));
}

/** Reads `# xt_physdev`, as older ones list it: names of targets are in capitals. What they are told is not listed. */
export function readOldXtables(words: Words): readonly Statement[] {
  const place = words.place;
  const name = words.take().replace(oldXtables, '');
  return readExtension(name, name !== name.toUpperCase(), words.textSince(place));
}

export const oldXtables = /^# xt_/;

function readExtension(name: string, isMatch: boolean, text: string): readonly Statement[] {
  if (harmlessExtensions.has(name)) return aside(text);
  if (name === 'MASQUERADE') return [{ kind: 'masquerade' }];
  return [{ kind: isMatch ? 'unknown-match' : 'unknown-statement', text }];
}

/** man iptables-extensions: they tell somebody of the packet, or change what says nothing about its way. */
const harmlessExtensions: ReadonlySet<string> = new Set([
  'comment',
  'AUDIT',
  'CHECKSUM',
  'CLASSIFY',
  'DSCP',
  'HL',
  'LED',
  'LOG',
  'NFLOG',
  'TCPMSS',
  'TOS',
  'TRACE',
  'TTL',
]);
