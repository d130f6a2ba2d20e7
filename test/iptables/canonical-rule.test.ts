import { describe, expect, test } from 'vitest';
import { canonicalRule } from '../../src/iptables/canonical-rule.ts';
import { ruleTarget } from '../../src/rules-text/iptables/rule-options.ts';

describe('two ways of writing the same rule are one', () => {
  const same: readonly [name: string, one: string, other: string][] = [
    ['comments say nothing to the kernel', '-m comment --comment "a b" -j DROP', '-j DROP'],
    ['quotes are only for the reader', '-m comment --comment ab -j X', '-m comment --comment "ab" -j X'],
    [
      'packet counters change nothing for the packet',
      '-m conntrack --ctstate INVALID -m nfacct --nfacct-name  counter -j DROP',
      '-m conntrack --ctstate INVALID -j DROP',
    ],
    ['the order of options has no meaning', '-p tcp -s 10.0.0.0/8 -j X', '-s 10.0.0.0/8 -p tcp -j X'],
    [
      'nor has that of matches',
      '-p tcp -m tcp --dport 80 -m addrtype --dst-type LOCAL -j X',
      '-p tcp -m addrtype --dst-type LOCAL -m tcp --dport 80 -j X',
    ],
    [
      '-m tcp alone says no more than -p tcp',
      '-p tcp -m tcp -j DNAT --to-destination a:1',
      '-p tcp -j DNAT --to-destination a:1',
    ],
    ['a quoted -j is a comment, not a target', '-m comment --comment "x -j DROP" -j ACCEPT', '-j ACCEPT'],
  ];
  test.each(same)('%s', (_, one, other) => expect(canonicalRule(one)).toBe(canonicalRule(other)));
});

describe('rules that differ stay different', () => {
  const different: readonly [name: string, one: string, other: string][] = [
    ['a negation', '! -s 10.0.0.0/8 -j X', '-s 10.0.0.0/8 -j X'],
    ['a negation inside a match', '-m mark ! --mark 0x1/0x1 -j X', '-m mark --mark 0x1/0x1 -j X'],
    [
      'the probability',
      '-m statistic --mode random --probability 0.5 -j X',
      '-m statistic --mode random --probability 0.25 -j X',
    ],
    ['the target', '-j X', '-j Y'],
    ['what the target does', '-j DNAT --to-destination a:1', '-j DNAT --to-destination a:2'],
    ['jump and goto', '-j X', '-g X'],
  ];
  test.each(different)('%s', (_, one, other) => expect(canonicalRule(one)).not.toBe(canonicalRule(other)));
});

test.each([
  ['-s 10.0.0.1/32 -j KUBE-SVC-A', 'KUBE-SVC-A'],
  ['-m comment --comment "-j NOT" -g KUBE-SVC-B', 'KUBE-SVC-B'],
  ['-m comment --comment "no target"', ''],
  ['-j KUBE-SERVICES', 'KUBE-SERVICES'],
])('%s leads to "%s"', (rule, target) => expect(ruleTarget(rule)).toBe(target));
