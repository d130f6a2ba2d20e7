import { describe, expect, test } from 'vitest';
import { judgeIptablesVariants } from '../../../../src/doctor/cluster/proxies/mixed-variants.ts';
import {
  judgeOtherProxy,
  type OtherProxyObserved,
} from '../../../../src/doctor/cluster/proxies/other-proxy.ts';
import { readLiveRules } from '../../../../src/iptables/saved-rules.ts';
import type { IptablesHolding } from '../../../../src/kernel/live-view.ts';
import { address } from '../../../support/records.ts';

const kubeProxy = `*nat
:PREROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-SVC-67NZLRHBNDSAWJRO - [0:0]
:KUBE-SEP-EPVTA2RHFPHQF37H - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A KUBE-SERVICES -d 10.96.0.10/32 -p tcp -m comment --comment "default/web:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-67NZLRHBNDSAWJRO
-A KUBE-SVC-67NZLRHBNDSAWJRO -m comment --comment "default/web:http -> 10.244.0.9:8080" -j KUBE-SEP-EPVTA2RHFPHQF37H
-A KUBE-SEP-EPVTA2RHFPHQF37H -p tcp -m comment --comment "default/web:http" -m tcp -j DNAT --to-destination 10.244.0.9:8080
COMMIT`;
const leftOver = kubeProxy.replace(/^-A PREROUTING.*\n/m, '');
const flannel = `*filter
:FORWARD ACCEPT [0:0]
:FLANNEL-FWD - [0:0]
-A FORWARD -m comment --comment "flanneld forward" -j FLANNEL-FWD
-A FLANNEL-FWD -s 10.244.0.0/16 -m comment --comment "flanneld forward" -j ACCEPT
COMMIT`;
const kubelet = `*mangle
:KUBE-IPTABLES-HINT - [0:0]
:KUBE-KUBELET-CANARY - [0:0]
COMMIT`;
const administrator = `*filter
:INPUT ACCEPT [0:0]
-A INPUT -p tcp -m tcp --dport 23 -j DROP
COMMIT`;

async function holding(text: string, variant: IptablesHolding['variant'] = 'nft'): Promise<IptablesHolding> {
  const lines = (async function* () {
    yield* text.split('\n');
  })();
  return { variant, family: 'IPv4', rules: await readLiveRules(lines) };
}

describe('another proxy', () => {
  const nobody: OtherProxyObserved = {
    mode: 'nftables',
    iptables: [],
    tables: [],
    traces: { processes: [], virtualServers: [], interfaces: [], bpfMaps: [] },
    addresses: new Map([['10.96.0.10', 'default/web']]),
  };
  const judge = (observed: Partial<OtherProxyObserved>) => judgeOtherProxy({ ...nobody, ...observed });
  const traces = (signs: Partial<OtherProxyObserved['traces']>) => ({
    traces: { ...nobody.traces, ...signs },
  });

  test('there is none', () => {
    expect(judge({})).toMatchObject([{ severity: 'ok' }]);
  });

  test("kube-proxy's chains in iptables beside mode nftables: the traffic that is hit twice is named", async () => {
    expect(judge({ iptables: [await holding(kubeProxy)] })).toMatchObject([
      {
        severity: 'fault',
        finding: expect.stringContaining('default/web:http (10.96.0.10)'),
        next: expect.stringContaining('kube-proxy'),
      },
    ]);
  });

  test('chains to which nothing leads any more are left over, and do no harm', async () => {
    expect(judge({ iptables: [await holding(leftOver)] })).toMatchObject([
      { severity: 'warning', finding: expect.stringContaining('a former proxy left') },
    ]);
  });

  test('in mode iptables these chains are our own by their names', async () => {
    expect(judge({ mode: 'iptables', iptables: [await holding(kubeProxy)] })).toMatchObject([
      { severity: 'ok' },
    ]);
  });

  test("the kubelet's chains and a network plugin's are no proxy", async () => {
    expect(judge({ iptables: [await holding(kubelet), await holding(flannel)] })).toMatchObject([
      { severity: 'ok' },
    ]);
  });

  test.each(['iptables', 'nftables'] as const)('the table of kube-proxy beside mode %s', (mode) => {
    const tables = [{ table: 'kube-proxy', family: 'IPv4', services: ['default/web:http'] }] as const;
    expect(judge({ mode, tables })).toMatchObject([
      {
        severity: 'fault',
        finding: expect.stringMatching(
          /table ip kube-proxy stands beside our rules: traffic to default\/web:http/,
        ),
      },
    ]);
  });

  test('our own table beside mode iptables', () => {
    const tables = [{ table: 'portolan', family: 'IPv6', services: ['[fd00::1]:80'] }] as const;
    expect(judge({ mode: 'iptables', tables })).toMatchObject([
      { severity: 'fault', finding: expect.stringContaining('table ip6 portolan') },
    ]);
  });

  test('a process kube-proxy', () => {
    expect(judge(traces({ processes: [{ pid: 77, name: 'kube-proxy' }] }))).toMatchObject([
      {
        severity: 'fault',
        finding: expect.stringContaining('kube-proxy runs on this node beside Portolan (pid 77)'),
      },
    ]);
  });

  test('IPVS with addresses of Services', () => {
    const servers = [{ protocol: 'TCP', address: address('10.96.0.10'), port: 80 }] as const;
    expect(judge(traces({ virtualServers: servers, interfaces: ['kube-dummy-if'] }))).toMatchObject([
      { severity: 'fault', finding: expect.stringContaining('kube-router balances Services by IPVS') },
    ]);
  });

  test("IPVS with somebody else's addresses is no matter of ours", () => {
    const servers = [{ protocol: 'TCP', address: address('192.168.50.77'), port: 80 }] as const;
    expect(judge(traces({ virtualServers: servers }))).toMatchObject([{ severity: 'ok' }]);
  });

  test('an interface that a proxy by IPVS left', () => {
    expect(judge(traces({ interfaces: ['kube-ipvs0'] }))).toMatchObject([
      { severity: 'warning', next: 'ip link delete kube-ipvs0' },
    ]);
  });

  test("Cilium's replacement of kube-proxy", () => {
    const signs = { interfaces: ['cilium_host'], bpfMaps: ['cilium_nodeport_neigh4'] };
    expect(judge(traces(signs))).toMatchObject([
      { severity: 'fault', finding: expect.stringContaining('kubeProxyReplacement') },
    ]);
  });

  test('Cilium as a network plugin only', () => {
    expect(judge(traces({ interfaces: ['cilium_host'], bpfMaps: ['cilium_lxc'] }))).toMatchObject([
      { severity: 'ok' },
    ]);
  });

  test('Cilium whose maps cannot be read', () => {
    expect(judge(traces({ interfaces: ['cilium_host'], bpfMaps: undefined }))).toMatchObject([
      { severity: 'unknown' },
    ]);
  });

  test("Calico's eBPF dataplane", () => {
    expect(judge(traces({ interfaces: ['bpfin.cali'] }))).toMatchObject([
      { severity: 'fault', finding: expect.stringContaining("Calico's eBPF dataplane") },
    ]);
  });
});

describe('variants of iptables', () => {
  test('rules in one of them', async () => {
    expect(judgeIptablesVariants([await holding(kubeProxy), await holding(kubelet, 'legacy')])).toMatchObject(
      [{ severity: 'ok', finding: 'rules stand in iptables-nft only' }],
    );
  });

  test('rules in none', () => {
    expect(judgeIptablesVariants([])).toMatchObject([{ severity: 'ok' }]);
  });

  test('Services in both', async () => {
    expect(
      judgeIptablesVariants([await holding(kubeProxy), await holding(kubeProxy, 'legacy')]),
    ).toMatchObject([
      {
        severity: 'fault',
        finding: expect.stringContaining('in iptables-nft and in iptables-legacy at once'),
      },
    ]);
  });

  test('the programs of each are named', async () => {
    expect(
      judgeIptablesVariants([
        await holding(kubeProxy),
        await holding(flannel, 'legacy'),
        await holding(administrator, 'legacy'),
      ]),
    ).toMatchObject([
      {
        severity: 'warning',
        finding: expect.stringMatching(
          /iptables-nft those of a service proxy and iptables-legacy those of chain INPUT, flannel/,
        ),
      },
    ]);
  });
});
