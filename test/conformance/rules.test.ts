import { describe, expect, test } from 'vitest';
import { describeDifferences, parseSavedRules, rulesWithoutService } from '../support/conformance/rules.ts';

const services =
  '-A KUBE-SERVICES -d 10.0.0.1/32 -j KUBE-SVC-A\n-A KUBE-SERVICES -d 10.0.0.2/32 -j KUBE-SVC-B\n';
const nodePorts = '-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS\n';

describe('saved rules are the same', () => {
  test.each([
    [
      'whatever their comments say',
      '-A KUBE-X -m comment --comment "one \\"two\\"" -j ACCEPT',
      '-A KUBE-X -j ACCEPT',
    ],
    [
      'with and without a packet counter',
      '-A KUBE-X -m nfacct --nfacct-name  dropped -j DROP',
      '-A KUBE-X -j DROP',
    ],
    [
      'with and without a rule that only counts',
      '-A KUBE-X -d 127.0.0.0/8 -p tcp -m tcp --dport 1 -m nfacct --nfacct-name  localhost_nps_accepted_pkts -j KUBE-EXT-A\n-A KUBE-X -j KUBE-EXT-A',
      '-A KUBE-X -j KUBE-EXT-A',
    ],
    ['in any order of a dispatch chain', services + nodePorts, reversed(services) + nodePorts],
    ['with and without empty chains of the kernel', ':INPUT ACCEPT [0:0]', ''],
  ])('%s', (_, one, other) => {
    expect(differences(one, other)).toBe('');
    expect(differences(other, one)).toBe('');
  });
});

describe('saved rules differ', () => {
  test.each([
    [
      'in the order of another chain',
      '-A KUBE-SVC-A -j A\n-A KUBE-SVC-A -j B',
      '-A KUBE-SVC-A -j B\n-A KUBE-SVC-A -j A',
    ],
    ['where the jump to the node ports is not the last', nodePorts + services, services + nodePorts],
    [
      'in an argument',
      '-A KUBE-SEP-A -j DNAT --to-destination 10.0.0.1:80',
      '-A KUBE-SEP-A -j DNAT --to-destination 10.0.0.1:81',
    ],
    ['where a rule is there twice', '-A INPUT -j KUBE-X\n-A INPUT -j KUBE-X', '-A INPUT -j KUBE-X'],
    ['where an empty chain is missing', ':KUBE-X - [0:0]', ''],
  ])('%s', (_, one, other) => {
    expect(differences(one, other)).not.toBe('');
    expect(differences(other, one)).not.toBe('');
  });

  test('between tables', () => {
    const chains = (table: string) => parseSavedRules(`*${table}\n-A KUBE-X -j ACCEPT\nCOMMIT\n`);
    expect(describeDifferences(chains('nat'), chains('filter'))).toBe(
      'filter KUBE-X: missing\nnat KUBE-X: should not be there\n',
    );
  });

  test('and it is said where', () => {
    expect(differences('-A KUBE-X -j A\n-A KUBE-X -j C', '-A KUBE-X -j A\n-A KUBE-X -j B')).toBe(
      'nat KUBE-X:\n    -j A\n  - -j B\n  + -j C\n',
    );
  });
});

describe('a rule without the service that was recorded', () => {
  const recorded = '-A KUBE-X -m comment --comment "default/web:http cluster IP" -j A';

  test('is found', () => {
    const actual = '-A KUBE-X -m comment --comment "default/web:https" -j A';
    expect(rulesWithoutService(inNat(actual), inNat(recorded))).toEqual([
      'nat KUBE-X: -j A (default/web:http)',
    ]);
  });

  test('may say it in other words', () => {
    const actual = '-A KUBE-X -m comment --comment "to default/web:http" -j A';
    expect(rulesWithoutService(inNat(actual), inNat(recorded))).toEqual([]);
  });
});

function differences(actual: string, expected: string): string {
  return describeDifferences(inNat(actual), inNat(expected));
}

function inNat(rules: string) {
  return parseSavedRules(`*nat\n${rules}\nCOMMIT\n`);
}

function reversed(lines: string): string {
  return lines
    .trimEnd()
    .split('\n')
    .reverse()
    .map((line) => `${line}\n`)
    .join('');
}
