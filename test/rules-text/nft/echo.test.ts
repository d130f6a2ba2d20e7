import { expect, test } from 'vitest';
import { readEcho } from '../../../src/rules-text/nft/echo.ts';

/** What nft 1.0.6 prints for `--echo --handle`. */
const echo = `add table ip portolan # handle 3
add chain ip portolan nat-output { type nat hook output priority -100; policy accept; } # handle 5
add chain ip portolan KUBE-DROP # handle 6
add rule ip portolan KUBE-DROP counter packets 0 bytes 0 drop # handle 12
add element ip portolan cluster-ips { 10.96.0.1 }
`;

test('an echo says which chains and rules were added, and their handles', () => {
  const hook = 'type nat hook output priority -100; policy accept;';
  expect(readEcho(echo)).toEqual([
    { kind: 'chain', table: 'ip portolan', chain: 'nat-output', hook },
    { kind: 'chain', table: 'ip portolan', chain: 'KUBE-DROP', hook: undefined },
    { kind: 'rule', table: 'ip portolan', chain: 'KUBE-DROP', handle: '12' },
  ]);
});
