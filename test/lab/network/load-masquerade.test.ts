import { expect, test } from 'vitest';
import { masqueradeText } from '../../../src/lab/network/load-masquerade.ts';
import { parseCidr } from '../../../src/net/cidr.ts';

test('the rules that masquerade take the place of those before, in the families that the pods have', () => {
  const [own, other] = ['10.244.0.0/24', '10.244.1.0/24'].flatMap((text) => parseCidr(text) ?? []);
  if (own === undefined || other === undefined) throw new Error('no networks');
  expect(
    masqueradeText({ sources: [own], destinations: [own, other] }),
  ).toBe(`add table ip portolan-pod-network
delete table ip portolan-pod-network
table ip portolan-pod-network {
chain postrouting {
type nat hook postrouting priority srcnat + 10; policy accept;
ip daddr 10.244.0.0/24 return
ip daddr 10.244.1.0/24 return
ip daddr 224.0.0.0/4 return
ip saddr 10.244.0.0/24 masquerade fully-random
}
}
`);
});

test('nothing is loaded where nothing is masqueraded', () => {
  expect(masqueradeText(undefined)).toBe('');
});
