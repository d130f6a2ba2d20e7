import { expect, test } from 'vitest';
import { removalInput } from '../../src/iptables/removal.ts';
import { readSavedTables } from '../../src/iptables/saved-rules.ts';
import { FakeRuleTool } from '../support/fake-rule-tool.ts';

const others = `*nat
:PREROUTING ACCEPT [0:0]
:CNI-HOSTPORT-DNAT - [0:0]
-A PREROUTING -j CNI-HOSTPORT-DNAT
-A CNI-HOSTPORT-DNAT -p tcp -j RETURN
COMMIT
`;
const ours = `*filter
:KUBE-FIREWALL - [0:0]
:KUBE-SERVICES - [0:0]
-A INPUT -j KUBE-FIREWALL
-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
COMMIT
*nat
:KUBE-SERVICES - [0:0]
:KUBE-SEP-AAAAAAAAAAAAAAAA - [0:0]
:KUBE-SVC-AAAAAAAAAAAAAAAA - [0:0]
:PREROUTING ACCEPT [0:0]
:CNI-HOSTPORT-DNAT - [0:0]
-A PREROUTING -j CNI-HOSTPORT-DNAT
-A PREROUTING -j KUBE-SERVICES
-A CNI-HOSTPORT-DNAT -p tcp -j RETURN
-A KUBE-SERVICES -j KUBE-SVC-AAAAAAAAAAAAAAAA
-A KUBE-SVC-AAAAAAAAAAAAAAAA -j KUBE-SEP-AAAAAAAAAAAAAAAA
COMMIT
`;

test('removal takes away every chain of ours and the jumps to them, and nothing else', async () => {
  const tool = new FakeRuleTool('all', ours);
  await tool.restore([removalInput(readSavedTables(tool.text()))]);
  expect(tool.text()).toBe(new FakeRuleTool('all', others).text());
});

test('where nothing of ours is, there is nothing to do', () => {
  expect(removalInput(readSavedTables(others))).toBe('');
});

test('KUBE-FIREWALL stays where the kubelet keeps chains of its own', () => {
  const kubelet = `*mangle\n:KUBE-KUBELET-CANARY - [0:0]\nCOMMIT\n${ours}`;
  const input = removalInput(readSavedTables(kubelet));
  expect(input).not.toContain('KUBE-FIREWALL');
  expect(input).not.toContain('KUBE-KUBELET-CANARY');
  expect(input).toContain('-X KUBE-SERVICES');
});
