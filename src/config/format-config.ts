import { formatEndpoint } from '../net/address.ts';
import type { Cidr } from '../net/cidr.ts';
import { families } from '../net/family.ts';
import { apiVersion, kind } from './api-version.ts';
import { formatDuration } from './duration.ts';
import type {
  ConntrackConfig,
  DetectLocal,
  NodePortAddresses,
  ProxyConfig,
  SocketAddress,
} from './proxy-config.ts';

export type FormattedConfig = ReturnType<typeof formatConfig>;

/**
 * The configuration as the v1alpha1 object that kube-proxy serves at `/configz` and writes with
 * `--write-config-to`; fields without effect here have kube-proxy's defaults. Read from a file again it gives the
 * same configuration, but for what v1alpha1 has no words for and only flags can say: a disabled server and a
 * `qps` or `burst` of 0.
 */
export function formatConfig(config: ProxyConfig) {
  return {
    kind,
    apiVersion,
    clientConnection: {
      kubeconfig: config.clientConnection.kubeconfig ?? '',
      acceptContentTypes: '',
      contentType: 'application/vnd.kubernetes.protobuf',
      qps: config.clientConnection.qps,
      burst: config.clientConnection.burst,
    },
    logging: {
      format: config.logging.format,
      flushFrequency: '5s',
      verbosity: config.logging.verbosity,
      options: { text: { infoBufferSize: '0' }, json: { infoBufferSize: '0' } },
    },
    hostnameOverride: config.hostnameOverride ?? '',
    bindAddress: config.bindAddress,
    healthzBindAddress: formatSocket(config.healthzBindAddress),
    metricsBindAddress: formatSocket(config.metricsBindAddress),
    bindAddressHardFail: config.bindAddressHardFail,
    enableProfiling: false,
    showHiddenMetricsForVersion: '',
    mode: config.mode,
    ...formatBackends(config),
    winkernel: withoutWindows,
    ...formatDetection(config.detectLocal),
    nodePortAddresses: formatNodePortAddresses(config.nodePortAddresses),
    oomScoreAdj: config.oomScoreAdj,
    conntrack: formatConntrack(config.conntrack),
    configSyncPeriod: formatDuration(config.configSyncPeriod),
    portRange: '',
  };
}

const withoutIpvs = {
  syncPeriod: '0s',
  minSyncPeriod: '0s',
  scheduler: '',
  excludeCIDRs: null,
  strictARP: false,
  tcpTimeout: '0s',
  tcpFinTimeout: '0s',
  udpTimeout: '0s',
};

const withoutWindows = {
  networkName: '',
  sourceVip: '',
  enableDSR: false,
  rootHnsEndpointName: '',
  forwardHealthCheckVip: false,
};

// As kube-proxy has it, the section that the mode does not name keeps no periods.
function formatBackends({ mode, iptables, nftables }: ProxyConfig) {
  const used = mode === 'iptables' ? iptables : nftables;
  const sync = {
    masqueradeAll: used.masqueradeAll,
    syncPeriod: formatDuration(used.syncPeriod),
    minSyncPeriod: formatDuration(used.minSyncPeriod),
  };
  const unused = { masqueradeAll: false, syncPeriod: '0s', minSyncPeriod: '0s' };
  return {
    iptables: {
      masqueradeBit: iptables.masqueradeBit,
      localhostNodePorts: iptables.localhostNodePorts,
      ...(mode === 'iptables' ? sync : unused),
    },
    ipvs: withoutIpvs,
    nftables: { masqueradeBit: nftables.masqueradeBit, ...(mode === 'nftables' ? sync : unused) },
  };
}

function formatDetection(detectLocal: DetectLocal) {
  return {
    detectLocalMode: detectLocal.mode,
    detectLocal: {
      bridgeInterface: detectLocal.mode === 'BridgeInterface' ? detectLocal.interface : '',
      interfaceNamePrefix: detectLocal.mode === 'InterfaceNamePrefix' ? detectLocal.prefix : '',
    },
    clusterCIDR: detectLocal.mode === 'ClusterCIDR' ? formatCidrs(detectLocal.cidrs) : '',
  };
}

function formatCidrs(cidrs: { readonly IPv4?: Cidr; readonly IPv6?: Cidr }): string {
  return families
    .map((family) => cidrs[family])
    .filter((cidr) => cidr !== undefined)
    .join(',');
}

function formatNodePortAddresses(addresses: NodePortAddresses): readonly string[] | null {
  switch (addresses.kind) {
    case 'all':
      return null;
    case 'primary':
      return ['primary'];
    case 'cidrs':
      return addresses.cidrs;
  }
}

function formatConntrack(conntrack: ConntrackConfig) {
  return {
    maxPerCore: conntrack.maxPerCore,
    min: conntrack.min,
    tcpEstablishedTimeout: formatDuration(conntrack.tcpEstablishedTimeout),
    tcpCloseWaitTimeout: formatDuration(conntrack.tcpCloseWaitTimeout),
    tcpBeLiberal: conntrack.tcpBeLiberal,
    udpTimeout: formatDuration(conntrack.udpTimeout),
    udpStreamTimeout: formatDuration(conntrack.udpStreamTimeout),
  };
}

function formatSocket(socket: SocketAddress | undefined): string {
  return socket === undefined ? '' : formatEndpoint(socket.address, socket.port);
}
