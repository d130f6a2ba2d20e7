import { expect, test } from 'vitest';
import { readRuleset } from '../../src/rules-text/read-ruleset.ts';
import { save } from '../support/trace/save.ts';

const saved = save({ filter: '-A FORWARD -j DROP' });
const calico = 'table ip calico {\n\tchain x {\n\t}\n}\n';
/** As nft lists what iptables-nft keeps. */
const twin =
  'table ip filter {\n\tchain FORWARD {\n\t\ttype filter hook forward priority filter; policy accept;\n\t\tcounter packets 0 bytes 0 drop\n\t}\n}\n';
const namesIn = (...texts: readonly string[]) => readRuleset(texts, 'IPv4').tables.map(({ name }) => name);

test('a save and a listing are one rule set, in one text or two, whichever comes first', () => {
  expect(namesIn(saved, calico)).toEqual(['iptables filter', 'nft ip calico']);
  expect(namesIn(saved + calico)).toEqual(['iptables filter', 'nft ip calico']);
  expect(namesIn(calico + saved)).toEqual(['iptables filter', 'nft ip calico']);
});

test('what iptables-nft keeps counts once: in the save, where there is one', () => {
  expect(namesIn(saved, twin + calico)).toEqual(['iptables filter', 'nft ip calico']);
  expect(namesIn(twin + calico)).toEqual(['nft ip filter', 'nft ip calico']);
});

test('a save of the other family counts nothing', () => {
  const other = save({ filter: '-A FORWARD -d fd00::1/128 -j DROP' });
  expect(namesIn(other, calico)).toEqual(['nft ip calico']);
});
