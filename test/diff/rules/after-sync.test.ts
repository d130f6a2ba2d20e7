import { describe, expect, test } from 'vitest';
import { withoutProxy } from '../../../src/diff/rules/after-sync.ts';
import { readSavedTables } from '../../../src/iptables/saved-rules.ts';
import { readPolicies, saveText } from '../../../src/rules-text/iptables/save-text.ts';

const save = `*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:KUBE-FIREWALL - [0:0]
:KUBE-FORWARD - [0:0]
:DOCKER - [0:0]
-A INPUT -j KUBE-FIREWALL
-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
-A FORWARD -j DOCKER
-A DOCKER -j RETURN
COMMIT
*nat
:KUBE-SERVICES - [0:0]
:KUBE-SVC-67NZLRHBNDSAWJRO - [0:0]
-A KUBE-SERVICES -d 10.96.0.1/32 -j KUBE-SVC-67NZLRHBNDSAWJRO
COMMIT
`;

describe('after a takeover by mode nftables', () => {
  test("the proxy's chains and the jumps to them are gone, and all others stay", () => {
    const left = saveText(withoutProxy(readSavedTables(save)), readPolicies(save));
    expect(left).toBe(`*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:KUBE-FIREWALL - [0:0]
:DOCKER - [0:0]
-A INPUT -j KUBE-FIREWALL
-A FORWARD -j DOCKER
-A DOCKER -j RETURN
COMMIT
*nat
COMMIT
`);
  });
});

test('a save is written as it was read', () => {
  expect(saveText(readSavedTables(save), readPolicies(save))).toBe(save);
});
