import { describe, expect, test } from 'vitest';
import { faultsOf, resolveFile, resolveText } from '../support/config/resolve.ts';

describe('a file is one KubeProxyConfiguration v1alpha1', () => {
  test.each([
    ['broken YAML', 'a: [1,\nb: {', /^proxy\.yaml: line \d+, column \d+: ./],
    ['a field given twice', 'mode: iptables\nmode: nftables\n', /^proxy\.yaml: line 2, .*duplicate/],
    ['no text', '', /^proxy\.yaml: .*empty/],
    ['two documents', 'a: 1\n---\nb: 1\n', /^proxy\.yaml: .*single document/],
    ['a list', '- 1', /^proxy\.yaml: must hold one KubeProxyConfiguration$/],
  ])('%s is refused', (_, text, expected) => {
    const faults = faultsOf(() => resolveText(text));
    expect(faults).toEqual([expect.stringMatching(expected)]);
  });

  test('another apiVersion and kind are refused, without a word about the fields', () => {
    expect(faultsOf(() => resolveText('apiVersion: v1\nkind: ConfigMap\ndata: {}'))).toEqual([
      'proxy.yaml: apiVersion: must be kubeproxy.config.k8s.io/v1alpha1, got "v1"',
      'proxy.yaml: kind: must be KubeProxyConfiguration, got "ConfigMap"',
    ]);
  });

  test('a missing apiVersion is refused', () => {
    expect(faultsOf(() => resolveText('kind: KubeProxyConfiguration'))).toEqual([
      'proxy.yaml: apiVersion: must be kubeproxy.config.k8s.io/v1alpha1, got nothing',
    ]);
  });

  test.each([
    ['a marker behind it', '---\n'],
    ['a marker and a comment behind it', '---\n# end\n'],
    ['an end and a marker behind it', '...\n---\n'],
  ])('%s does no harm', (_case, end) => {
    expect(resolveFile(`mode: nftables\n${end}`).config.mode).toBe('nftables');
  });

  test('JSON is read as well', () => {
    const text =
      '{"apiVersion":"kubeproxy.config.k8s.io/v1alpha1","kind":"KubeProxyConfiguration","mode":"nftables"}';
    expect(resolveText(text).config.mode).toBe('nftables');
  });
});

describe('an unknown field is refused, with the field that was meant', () => {
  test.each([
    ['iptables: {masqueradebit: 1}', 'iptables.masqueradebit', 'iptables.masqueradeBit'],
    [
      'conntrack: {tcpEstablishTimeout: 1s}',
      'conntrack.tcpEstablishTimeout',
      'conntrack.tcpEstablishedTimeout',
    ],
    ['clusterCIDRs: 10.0.0.0/8', 'clusterCIDRs', 'clusterCIDR'],
    ['masqueradeAll: true', 'masqueradeAll', 'iptables.masqueradeAll or nftables.masqueradeAll'],
    ['detectLocal: {clusterCIDR: 10.0.0.0/8}', 'detectLocal.clusterCIDR', 'clusterCIDR'],
    ['logging: {options: {txt: {}}}', 'logging.options.txt', 'logging.options.text'],
    [
      'logging: {vmodule: [{filePattern: a, verbosity: 1, filePatern: b}]}',
      'logging.vmodule[0].filePatern',
      'logging.vmodule.filePattern',
    ],
  ])('%s', (lines, path, meant) => {
    expect(faultsOf(() => resolveFile(lines))).toEqual([
      `proxy.yaml: ${path}: is no field of KubeProxyConfiguration v1alpha1: did you mean ${meant}?`,
    ]);
  });

  test('without a guess where nothing is near', () => {
    expect(faultsOf(() => resolveFile('somethingElse: 1'))).toEqual([
      'proxy.yaml: somethingElse: is no field of KubeProxyConfiguration v1alpha1',
    ]);
  });
});

describe('an impossible value is refused by its field', () => {
  test.each([
    ['mode: ipvs', 'mode', 'must be iptables or nftables'],
    ['mode: kernelspace', 'mode', 'must be iptables or nftables'],
    ['mode: userspace', 'mode', 'must be iptables or nftables'],
    ['iptables: 5', 'iptables', 'must be a mapping of fields'],
    ['iptables: {masqueradeBit: 32}', 'iptables.masqueradeBit', 'must be an integer from 0 to 31, got 32'],
    ['iptables: {masqueradeBit: -1}', 'iptables.masqueradeBit', 'must be an integer from 0 to 31'],
    ['nftables: {masqueradeBit: 32}', 'nftables.masqueradeBit', 'must be an integer from 0 to 31'],
    ['iptables: {masqueradeBit: 1.5}', 'iptables.masqueradeBit', 'must be an integer'],
    ['iptables: {masqueradeAll: "yes"}', 'iptables.masqueradeAll', 'must be true or false, got "yes"'],
    ['iptables: {syncPeriod: 30}', 'iptables.syncPeriod', 'must be a duration such as'],
    ['iptables: {syncPeriod: -30s}', 'iptables.syncPeriod', 'must be a duration such as'],
    ['iptables: {syncPeriod: 597h}', 'iptables.syncPeriod', 'at most 596h'],
    [
      'iptables: {syncPeriod: 500ms, minSyncPeriod: 1s}',
      'iptables.syncPeriod',
      'must be at least minSyncPeriod (1s), got 500ms',
    ],
    [
      'iptables: {minSyncPeriod: 31s}',
      'iptables.syncPeriod',
      'must be at least minSyncPeriod (31s), got 30s',
    ],
    ['configSyncPeriod: 1', 'configSyncPeriod', 'must be a duration'],
    ['oomScoreAdj: -1001', 'oomScoreAdj', 'must be an integer from -1000 to 1000'],
    ['oomScoreAdj: 1001', 'oomScoreAdj', 'must be an integer from -1000 to 1000'],
    ['conntrack: {maxPerCore: -1}', 'conntrack.maxPerCore', 'must be an integer from 0'],
    ['conntrack: {min: 2147483648}', 'conntrack.min', 'must be an integer from 0 to 2147483647'],
    ['conntrack: {tcpEstablishedTimeout: -1s}', 'conntrack.tcpEstablishedTimeout', 'must be a duration'],
    ['conntrack: {tcpCloseWaitTimeout: -1s}', 'conntrack.tcpCloseWaitTimeout', 'must be a duration'],
    ['conntrack: {udpTimeout: -1s}', 'conntrack.udpTimeout', 'must be a duration'],
    ['conntrack: {udpStreamTimeout: -1s}', 'conntrack.udpStreamTimeout', 'must be a duration'],
    ['clientConnection: {burst: -1}', 'clientConnection.burst', 'must be an integer from 0'],
    ['clientConnection: {qps: many}', 'clientConnection.qps', 'must be a number'],
    ['bindAddress: node-1', 'bindAddress', 'must be an IP address, got "node-1"'],
    ['healthzBindAddress: localhost:1', 'healthzBindAddress', 'must be IP:port'],
    ['healthzBindAddress: ":10256"', 'healthzBindAddress', 'must be IP:port'],
    ['healthzBindAddress: 0.0.0.0:0', 'healthzBindAddress', 'must be IP:port'],
    ['healthzBindAddress: 0.0.0.0:65536', 'healthzBindAddress', 'must be IP:port'],
    ['metricsBindAddress: "[::1"', 'metricsBindAddress', 'must be IP:port'],
    ['hostnameOverride: "  "', 'hostnameOverride', 'must be the name of a Node'],
    ['hostnameOverride: a_b', 'hostnameOverride', 'must be the name of a Node'],
    ['hostnameOverride: 12', 'hostnameOverride', 'must be the name of a Node'],
    ['nodePortAddresses: primary', 'nodePortAddresses', 'must be a list'],
    ['nodePortAddresses: [10.0.0.0/8, x]', 'nodePortAddresses[1]', 'must be a CIDR'],
    ['nodePortAddresses: [10.0.0.0/8, primary]', 'nodePortAddresses', 'not both'],
    ['nodePortAddresses: [primary, primary]', 'nodePortAddresses', 'the one entry "primary"'],
    ['clusterCIDR: 10.0.0.0', 'clusterCIDR', 'must hold CIDRs'],
    ['clusterCIDR: "10.0.0.0/8, fd00::/64"', 'clusterCIDR', 'got " fd00::/64"'],
    ['clusterCIDR: 10.0.0.0/8,11.0.0.0/8', 'clusterCIDR', '11.0.0.0/8 is a second of IPv4'],
    ['detectLocalMode: clusterCIDR', 'detectLocalMode', 'must be ClusterCIDR, NodeCIDR,'],
    [
      'detectLocalMode: BridgeInterface',
      'detectLocal.bridgeInterface',
      'must be set where detectLocalMode is',
    ],
    [
      'detectLocalMode: BridgeInterface\ndetectLocal: {bridgeInterface: cni0;}',
      'detectLocal.bridgeInterface',
      'must be 1 to 15 letters',
    ],
    [
      'detectLocalMode: InterfaceNamePrefix',
      'detectLocal.interfaceNamePrefix',
      'must be set where detectLocalMode is',
    ],
    [
      'detectLocalMode: InterfaceNamePrefix\ndetectLocal: {interfaceNamePrefix: veth+}',
      'detectLocal.interfaceNamePrefix',
      'must be 1 to 14 letters',
    ],
    ['logging: {format: xml}', 'logging.format', 'must be text or json'],
    ['logging: {verbosity: -1}', 'logging.verbosity', 'must be an integer from 0'],
    ['logging: {flushFrequency: soon}', 'logging.flushFrequency', 'or an integer of nanoseconds'],
    ['logging: {vmodule: [{verbosity: 1}]}', 'logging.vmodule[0].filePattern', 'is missing'],
    [
      'logging: {options: {json: {infoBufferSize: big}}}',
      'logging.options.json.infoBufferSize',
      'must be a size in bytes',
    ],
    ['ipvs: {excludeCIDRs: [x]}', 'ipvs.excludeCIDRs[0]', 'must be a CIDR'],
    ['ipvs: {tcpTimeout: -1s}', 'ipvs.tcpTimeout', 'must be a duration'],
    ['featureGates: {A: 1}', 'featureGates.A', 'must be true or false'],
    ['showHiddenMetricsForVersion: 1.35', 'showHiddenMetricsForVersion', 'must be a version such as "1.35"'],
    ['winkernel: {enableDSR: 1}', 'winkernel.enableDSR', 'must be true or false'],
  ])('%s', (lines, path, reason) => {
    const faults = faultsOf(() => resolveFile(lines));
    expect(faults).toEqual([expect.stringContaining(reason)]);
    expect(faults[0]).toMatch(`proxy.yaml: ${path}: `);
  });

  test('all faults at once, those between fields included', () => {
    const lines =
      'mod: x\noomScoreAdj: 5000\nclusterCIDR: x\ndetectLocal: []\nnodePortAddresses: [primary, 1]';
    const fields = faultsOf(() => resolveFile(lines)).map((fault) => fault.split(': ')[1]);
    expect(fields.toSorted()).toEqual([
      'clusterCIDR',
      'detectLocal',
      'mod',
      'nodePortAddresses[1]',
      'oomScoreAdj',
    ]);
  });
});

describe('defaults are those of v1alpha1', () => {
  test('of an empty file', () => {
    expect(resolveFile('').config).toEqual({
      mode: 'iptables',
      iptables: {
        masqueradeBit: 14,
        masqueradeAll: false,
        localhostNodePorts: true,
        syncPeriod: 30_000,
        minSyncPeriod: 0,
      },
      nftables: { masqueradeBit: 14, masqueradeAll: false, syncPeriod: 30_000, minSyncPeriod: 0 },
      detectLocal: { mode: 'ClusterCIDR', cidrs: {} },
      nodePortAddresses: { kind: 'all' },
      conntrack: {
        maxPerCore: 32_768,
        min: 131_072,
        tcpEstablishedTimeout: 86_400_000,
        tcpCloseWaitTimeout: 3_600_000,
        tcpBeLiberal: false,
        udpTimeout: 0,
        udpStreamTimeout: 0,
      },
      hostnameOverride: undefined,
      bindAddress: '0.0.0.0',
      healthzBindAddress: { address: '0.0.0.0', port: 10_256 },
      metricsBindAddress: { address: '127.0.0.1', port: 10_249 },
      bindAddressHardFail: false,
      configSyncPeriod: 900_000,
      oomScoreAdj: -999,
      clientConnection: { kubeconfig: undefined, qps: 5, burst: 10 },
      logging: { format: 'text', verbosity: 0 },
    });
  });

  test('zero, empty and null are the default where Go cannot tell them from absent', () => {
    const lines = `
mode: ""
detectLocalMode: ""
bindAddress: ""
healthzBindAddress: ""
metricsBindAddress: ""
hostnameOverride: ""
configSyncPeriod: 0s
oomScoreAdj: null
iptables: {masqueradeBit: null, localhostNodePorts: null, syncPeriod: 0s, minSyncPeriod: 0s}
clientConnection: {kubeconfig: "", qps: 0, burst: 0}
conntrack: {maxPerCore: null, min: null, tcpEstablishedTimeout: null, tcpCloseWaitTimeout: null}
logging: {format: "", flushFrequency: 0}
nodePortAddresses: null`;
    expect(resolveFile(lines).config).toEqual(resolveFile('').config);
  });

  test('zero is kept where it means "leave it as it is"', () => {
    const { conntrack, oomScoreAdj } = resolveFile(
      'oomScoreAdj: 0\nconntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}',
    ).config;
    expect(oomScoreAdj).toBe(0);
    expect(conntrack).toMatchObject({
      maxPerCore: 0,
      min: 0,
      tcpEstablishedTimeout: 0,
      tcpCloseWaitTimeout: 0,
    });
  });

  test('node ports are served on the primary addresses in nftables mode', () => {
    expect(resolveFile('mode: nftables').config.nodePortAddresses).toEqual({ kind: 'primary' });
    expect(resolveFile('mode: nftables\nnodePortAddresses: []').config.nodePortAddresses).toEqual({
      kind: 'primary',
    });
  });

  test('the servers listen on IPv6 where bindAddress is IPv6', () => {
    expect(resolveFile('bindAddress: "::"').config).toMatchObject({
      healthzBindAddress: { address: '::', port: 10_256 },
      metricsBindAddress: { address: '::1', port: 10_249 },
    });
  });

  test.each([
    ['10.0.0.1', { address: '10.0.0.1', port: 10_256 }],
    ['10.0.0.1:80', { address: '10.0.0.1', port: 80 }],
    ['"fd00::1"', { address: 'fd00::1', port: 10_256 }],
    ['"[fd00::1]:80"', { address: 'fd00::1', port: 80 }],
  ])('the port of %s', (written, expected) => {
    expect(resolveFile(`healthzBindAddress: ${written}`).config.healthzBindAddress).toEqual(expected);
  });
});

describe('local traffic is detected by', () => {
  test.each([
    ['clusterCIDR: 10.244.3.0/16', { mode: 'ClusterCIDR', cidrs: { IPv4: '10.244.0.0/16' } }],
    [
      'clusterCIDR: fd00::/64,10.0.0.0/8',
      { mode: 'ClusterCIDR', cidrs: { IPv4: '10.0.0.0/8', IPv6: 'fd00::/64' } },
    ],
    ['detectLocalMode: NodeCIDR', { mode: 'NodeCIDR' }],
    [
      'detectLocalMode: BridgeInterface\ndetectLocal: {bridgeInterface: cni0}',
      { mode: 'BridgeInterface', interface: 'cni0' },
    ],
    [
      'detectLocalMode: InterfaceNamePrefix\ndetectLocal: {interfaceNamePrefix: veth}',
      { mode: 'InterfaceNamePrefix', prefix: 'veth' },
    ],
  ])('%s', (lines, expected) => {
    expect(resolveFile(lines).config.detectLocal).toEqual(expected);
  });
});

test('node port addresses are CIDRs', () => {
  expect(resolveFile('nodePortAddresses: [192.168.1.7/24, fd00::/64]').config.nodePortAddresses).toEqual({
    kind: 'cidrs',
    cidrs: ['192.168.1.0/24', 'fd00::/64'],
  });
});

describe('what is valid but has no effect is said', () => {
  test.each([
    ['featureGates: {A: true, B: false}', 'featureGates.A, featureGates.B have no effect: '],
    ['ipvs: {scheduler: rr, strictARP: true}', 'ipvs.scheduler, ipvs.strictARP have no effect: '],
    ['winkernel: {networkName: cbr0}', 'winkernel.networkName has no effect: it is for Windows'],
    ['windowsRunAsService: true', 'windowsRunAsService has no effect: it is for Windows'],
    ['portRange: 1-2', 'portRange has no effect: '],
    ['enableProfiling: true', 'enableProfiling has no effect: '],
    ['showHiddenMetricsForVersion: "1.35"', 'showHiddenMetricsForVersion has no effect: '],
    ['clientConnection: {contentType: application/cbor}', 'clientConnection.contentType has no effect: '],
    ['logging: {flushFrequency: 1s}', 'logging.flushFrequency has no effect: '],
    ['logging: {vmodule: [{filePattern: a, verbosity: 4}]}', 'logging.vmodule has no effect: '],
    ['nftables: {masqueradeAll: true}', 'nftables.masqueradeAll has no effect: the mode is iptables'],
    [
      'detectLocal: {bridgeInterface: "a b"}',
      'detectLocal.bridgeInterface has no effect: detectLocalMode is ClusterCIDR',
    ],
  ])('%s', (lines, notice) => {
    const { notices } = resolveFile(`clusterCIDR: 10.0.0.0/8\n${lines}`);
    expect(notices).toEqual([expect.stringContaining(notice)]);
  });

  test('such as clusterCIDR in another mode', () => {
    expect(resolveFile('detectLocalMode: NodeCIDR\nclusterCIDR: 10.0.0.0/8').notices).toEqual([
      'clusterCIDR has no effect: detectLocalMode is NodeCIDR',
    ]);
  });

  test('and so is the lack of local detection', () => {
    expect(resolveFile('').notices).toEqual([expect.stringMatching(/^clusterCIDR is empty: /)]);
  });
});
