import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { type Family, families } from '../../src/net/family.ts';
import { readRuleset } from '../../src/rules-text/read-ruleset.ts';
import type { Ruleset } from '../../src/rules-text/ruleset.ts';
import type { NodeView, Packet } from '../../src/trace/packet.ts';
import { walk } from '../../src/trace/walk.ts';
import { everyPacket } from '../support/conformance/every-packet.ts';
import { sharedEntries, sharedPath, sharedUnavailable } from '../support/conformance/shared.ts';
import { traceableCase } from '../support/conformance/traced-case.ts';
import { nodeView } from '../support/equivalence/facts.ts';

/** The rules that kube-proxy itself loaded answer every packet as Portolan's rules for the same objects do. */

const recorded = {
  iptables: { IPv4: 'iptables-save.txt', IPv6: 'ip6tables-save.txt' },
  nftables: { IPv4: 'nft-ip.txt', IPv6: 'nft-ip6.txt' },
} as const;

const unavailable = sharedUnavailable();
if (unavailable !== undefined) test("traces of kube-proxy's rules", ({ skip }) => skip(unavailable));

const described = describe.runIf(unavailable === undefined);

described.each(['iptables', 'nftables'] as const)('in mode %s', (mode) => {
  describe.each(families)('%s packets meet the same fate by both proxies', (family) => {
    test.each(sharedEntries('golden'))('%s', async (name) => {
      const { differing, packets, plans } = await compare(name, mode, family);
      expect(packets).toBeGreaterThan(200 * (1 + plans));
      expect(differing).toEqual([]);
    });
  });
});

/** Each is one change of what kube-proxy recorded. */
described('the packets notice', () => {
  const changes = [
    ['iptables', 'an endpoint that is another', /10\.244\.0\.31:8080$/m, '10.244.0.30:8080'],
    ['iptables', 'a share that is another', '0.50000000000', '0.45000000000'],
    ['iptables', 'a mark that is not set', /^-A KUBE-MARK-MASQ .*\n/m, ''],
    ['iptables', 'a policy that is not kept', /^-A KUBE-EXT-\S+ -j KUBE-SVL-.*\n/m, ''],
    ['iptables', 'a hairpin that is not masqueraded', /^-A KUBE-SEP-\S+ -s .*\n/m, ''],
    ['iptables', 'a jump that is missing', /^-A OUTPUT .* -j KUBE-SERVICES\n/gm, ''],
    ['nftables', 'an endpoint that is another', '0 : 10.244.0.31 . 8080', '0 : 10.244.0.30 . 8080'],
    ['nftables', 'an element that is missing', 'tcp . 30081 : goto', 'tcp . 30082 : goto'],
    [
      'nftables',
      'a hairpin that is not masqueraded',
      '10.244.0.31 . 10.244.0.31 . tcp',
      '10.244.0.31 . 10.244.0.31 . udp',
    ],
    ['nftables', 'a policy that is not kept', 'goto local-', 'goto service-'],
    ['nftables', 'another verdict', 'ip daddr 10.96.0.0/12 drop', 'ip daddr 10.96.0.0/12 reject'],
  ] as const;

  test.each(changes)('in mode %s %s', async (mode, _what, from, to) => {
    const { differing } = await compare('nodeport-local', mode, 'IPv4', (text) => {
      const changed = text.replace(from, to);
      expect(changed).not.toBe(text);
      return changed;
    });
    expect(differing).not.toEqual([]);
  });
});

/** Walks every packet through both proxies' rules; kube-proxy's may be changed before. */
async function compare(
  name: string,
  mode: 'iptables' | 'nftables',
  family: Family,
  change: (text: string) => string = (text) => text,
) {
  const folder = `${sharedPath}golden/${name}`;
  const { rules, plans, facts } = await traceableCase(folder, mode, family);
  const text = await readFile(`${folder}/${recorded[mode][family]}`, 'utf8');
  const [kubeProxy, portolan] = [readRuleset([change(text)], family), readRuleset([rules], family)];
  const packets = everyPacket(plans, facts);
  const node = nodeView(facts);
  const differing = packets.flatMap((packet) => {
    const [theirs, ours] = [answer(kubeProxy, packet, node), answer(portolan, packet, node)];
    return theirs === ours ? [] : [{ packet, kubeProxy: theirs, portolan: ours }];
  });
  return { packets: packets.length, plans: plans.length, differing };
}

/** In one line, so that thousands are compared soon. */
function answer(ruleset: Ruleset, packet: Packet, node: NodeView): string {
  const walked = walk(ruleset, packet, node);
  if ('unread' in walked) throw new Error('a listing is read as a whole');
  const { verdict, endpoints, masquerade, unknowns } = walked.trace;
  const shares = endpoints.map(
    ({ endpoint, share, masquerade: own }) => `${endpoint} ${share.toFixed(6)}${own ? ' masqueraded' : ''}`,
  );
  return [verdict, ...shares, ...(masquerade ? ['masqueraded'] : []), ...unknowns].join('; ');
}
