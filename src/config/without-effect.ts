import type { ProxyMode } from './proxy-config.ts';

/** One sentence for each group of fields of the document that are set, valid, and of no effect here. */
export function noticesOf(
  document: object,
  mode: ProxyMode,
  detectLocalMode: string,
  nameOf: (path: string) => string,
): readonly string[] {
  const set = leaves('', document).filter(({ path, value }) => !isUsual(path, value));
  return [...always, ...unusedSections(mode), ...unusedDetection(detectLocalMode)].flatMap(
    ({ field, because }) => {
      const names = set.filter(({ path }) => path === field || path.startsWith(`${field}.`));
      const listed = names.map(({ path }) => nameOf(path)).join(', ');
      return names.length === 0
        ? []
        : [`${listed} ${names.length === 1 ? 'has' : 'have'} no effect: ${because}`];
    },
  );
}

interface WithoutEffect {
  /** A field, or a section with all its fields. */
  readonly field: string;
  readonly because: string;
}

const always: readonly WithoutEffect[] = [
  { field: 'featureGates', because: 'they are gates of kube-proxy' },
  { field: 'ipvs', because: 'there is no ipvs mode here' },
  { field: 'winkernel', because: 'it is for Windows' },
  { field: 'windowsRunAsService', because: 'it is for Windows' },
  { field: 'portRange', because: 'it was for a proxy mode that kube-proxy no longer has' },
  { field: 'enableProfiling', because: 'profiles of Go programs are not served here' },
  { field: 'showHiddenMetricsForVersion', because: 'no metric is hidden here' },
  { field: 'clientConnection.contentType', because: 'the API server is always asked for JSON' },
  { field: 'clientConnection.acceptContentTypes', because: 'the API server is always asked for JSON' },
  { field: 'clientConnection.qps', because: 'a list and a watch of each kind are all that is asked' },
  { field: 'clientConnection.burst', because: 'a list and a watch of each kind are all that is asked' },
  { field: 'configSyncPeriod', because: 'nothing is lost that would have to be looked at again' },
  { field: 'logging.flushFrequency', because: 'the log is written without a buffer' },
  { field: 'logging.vmodule', because: 'the files that it names are those of kube-proxy' },
  { field: 'logging.options', because: 'the log is one stream without a buffer' },
];

function unusedSections(mode: ProxyMode): readonly WithoutEffect[] {
  return [{ field: mode === 'iptables' ? 'nftables' : 'iptables', because: `the mode is ${mode}` }];
}

function unusedDetection(detectLocalMode: string): readonly WithoutEffect[] {
  const because = `detectLocalMode is ${detectLocalMode}`;
  return [
    { field: 'clusterCIDR', usedBy: 'ClusterCIDR' },
    { field: 'detectLocal.bridgeInterface', usedBy: 'BridgeInterface' },
    { field: 'detectLocal.interfaceNamePrefix', usedBy: 'InterfaceNamePrefix' },
  ]
    .filter(({ usedBy }) => usedBy !== detectLocalMode)
    .map(({ field }) => ({ field, because }));
}

// kube-proxy's own defaults: files that were written out by kubeadm or by kube-proxy hold them all, and nobody
// needs to hear of what nobody chose.
const usualValues: Readonly<Record<string, readonly unknown[]>> = {
  'clientConnection.contentType': ['application/vnd.kubernetes.protobuf', 'application/json'],
  'clientConnection.qps': [5],
  'clientConnection.burst': [10],
  configSyncPeriod: ['15m', '15m0s', 900_000_000_000],
  'logging.flushFrequency': ['5s', 5_000_000_000],
  'ipvs.syncPeriod': ['30s'],
  'ipvs.minSyncPeriod': ['1s'],
  'iptables.syncPeriod': ['30s'],
  'iptables.minSyncPeriod': ['1s'],
  'iptables.masqueradeBit': [14],
  'iptables.localhostNodePorts': [true],
  'nftables.syncPeriod': ['30s'],
  'nftables.minSyncPeriod': ['1s'],
  'nftables.masqueradeBit': [14],
};

// A zero is usual too, except where the default is another value and a zero is not read as that.
function isUsual(path: string, value: unknown): boolean {
  if (usualValues[path]?.includes(value)) return true;
  if (path.endsWith('.masqueradeBit') || path === 'iptables.localhostNodePorts') return value === null;
  const zeroes: readonly unknown[] = [null, '', 0, '0', '0s', false];
  return path.startsWith('featureGates.') ? value === null : zeroes.includes(value);
}

interface Leaf {
  readonly path: string;
  readonly value: unknown;
}

function leaves(path: string, value: unknown): readonly Leaf[] {
  if (Array.isArray(value)) return value.length === 0 ? [] : [{ path, value }];
  if (typeof value !== 'object' || value === null) return [{ path, value }];
  return Object.entries(value).flatMap(([name, child]) =>
    leaves(path === '' ? name : `${path}.${name}`, child),
  );
}
