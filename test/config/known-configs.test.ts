import { describe, expect, test } from 'vitest';
import { resolveFile } from './resolve.ts';

describe('the files that installers write are read', () => {
  test('kubeadm: every field written out, empty', () => {
    const { config, notices } = resolveFile(`
bindAddress: 0.0.0.0
bindAddressHardFail: false
clientConnection:
  acceptContentTypes: ""
  burst: 0
  contentType: ""
  kubeconfig: /var/lib/kube-proxy/kubeconfig.conf
  qps: 0
clusterCIDR: 10.244.0.0/16
configSyncPeriod: 0s
conntrack:
  maxPerCore: null
  min: null
  tcpBeLiberal: false
  tcpCloseWaitTimeout: null
  tcpEstablishedTimeout: null
  udpStreamTimeout: 0s
  udpTimeout: 0s
detectLocal:
  bridgeInterface: ""
  interfaceNamePrefix: ""
detectLocalMode: ""
enableProfiling: false
healthzBindAddress: ""
hostnameOverride: ""
iptables:
  localhostNodePorts: null
  masqueradeAll: false
  masqueradeBit: null
  minSyncPeriod: 0s
  syncPeriod: 0s
ipvs:
  excludeCIDRs: null
  minSyncPeriod: 0s
  scheduler: ""
  strictARP: false
  syncPeriod: 0s
  tcpFinTimeout: 0s
  tcpTimeout: 0s
  udpTimeout: 0s
logging:
  flushFrequency: 0
  options:
    json:
      infoBufferSize: "0"
    text:
      infoBufferSize: "0"
  verbosity: 0
metricsBindAddress: ""
mode: ""
nftables:
  masqueradeAll: false
  masqueradeBit: null
  minSyncPeriod: 0s
  syncPeriod: 0s
nodePortAddresses: null
oomScoreAdj: null
portRange: ""
showHiddenMetricsForVersion: ""
winkernel:
  enableDSR: false
  forwardHealthCheckVip: false
  networkName: ""
  rootHnsEndpointName: ""
  sourceVip: ""
`);
    expect(notices).toEqual([]);
    expect(config).toEqual({
      ...resolveFile('').config,
      detectLocal: { mode: 'ClusterCIDR', cidrs: { IPv4: '10.244.0.0/16' } },
      clientConnection: { kubeconfig: '/var/lib/kube-proxy/kubeconfig.conf', qps: 5, burst: 10 },
    });
  });

  test('kind: conntrack left alone, dual stack', () => {
    const { config, notices } = resolveFile(`
mode: "nftables"
iptables:
  minSyncPeriod: 1s
nftables:
  minSyncPeriod: 1s
conntrack:
  maxPerCore: 0
clusterCIDR: 10.244.0.0/16,fd00:10:244::/56
`);
    expect(notices).toEqual([]);
    expect(config.conntrack.maxPerCore).toBe(0);
    expect(config.detectLocal).toEqual({
      mode: 'ClusterCIDR',
      cidrs: { IPv4: '10.244.0.0/16', IPv6: 'fd00:10:244::/56' },
    });
  });

  test('a cloud: metrics on all addresses, a name by flag', () => {
    const { config, notices } = resolveFile(
      `
clientConnection: {contentType: application/vnd.kubernetes.protobuf, kubeconfig: /k, qps: 5, burst: 10}
configSyncPeriod: 15m0s
conntrack: {maxPerCore: 32768, min: 131072, tcpCloseWaitTimeout: 1h0m0s, tcpEstablishedTimeout: 24h0m0s}
healthzBindAddress: 0.0.0.0:10256
metricsBindAddress: 0.0.0.0:10249
iptables: {masqueradeAll: false, masqueradeBit: 14, minSyncPeriod: 0s, syncPeriod: 30s}
ipvs: {minSyncPeriod: 0s, syncPeriod: 30s}
mode: iptables
oomScoreAdj: -998
clusterCIDR: 10.0.0.0/8
`,
      { v: 2, 'hostname-override': 'ip-10-0-0-1.ec2.internal' },
    );
    expect(notices).toEqual([]);
    expect(config).toMatchObject({
      hostnameOverride: 'ip-10-0-0-1.ec2.internal',
      metricsBindAddress: { address: '0.0.0.0', port: 10_249 },
      oomScoreAdj: -998,
      logging: { verbosity: 2 },
    });
  });
});
