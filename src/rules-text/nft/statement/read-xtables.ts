import type { Statement } from '../../rule.ts';
import type { RuleContext } from '../expression/read-expression.ts';
import type { Words } from '../words.ts';
import { noOp } from './simple-statements.ts';

/** Reads `xt match "physdev"`: an extension of xtables that libxtables cannot translate, and in JSON any. */
export function readXtables(words: Words, _context: RuleContext, place: number): readonly Statement[] {
  const isMatch = words.takeIf('match');
  if (!isMatch) words.expect('target');
  const name = words.take();
  return readExtension(name, isMatch, words.textSince(place));
}

/** Reads `# xt_physdev`, as older ones list it: names of targets are in capitals. Their options are not listed. */
export function readOldXtables(words: Words): readonly Statement[] {
  const place = words.place;
  const name = words.take().replace(oldXtables, '');
  return readExtension(name, name !== name.toUpperCase(), words.textSince(place));
}

export const oldXtables = /^# xt_/;

function readExtension(name: string, isMatch: boolean, text: string): readonly Statement[] {
  if (harmlessExtensions.has(name)) return noOp(text);
  if (name === 'MASQUERADE') return [{ kind: 'masquerade' }];
  return [{ kind: isMatch ? 'unknown-match' : 'unknown-statement', text }];
}

/** man iptables-extensions: they report the packet, or change what does not decide where it goes. */
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
