/**
 * What a chain of a service proxy is for. kube-proxy's modes iptables and nftables and Portolan's have other names for
 * the same parts.
 */
export type ChainRole =
  /** Which Service is the destination of? */
  | 'entry'
  /** Which Service has the node port? */
  | 'node-ports'
  | 'health-check-ports'
  /** Traffic to a frontend that is not the ClusterIP. */
  | 'external'
  /** Picks one of all endpoints, or of those on this node. */
  | 'pick'
  | 'pick-local'
  | 'endpoint'
  /** Do source ranges apply to the destination? */
  | 'firewall-check'
  /** The source ranges of one Service. */
  | 'firewall'
  | 'mark'
  | 'postrouting'
  | 'forward'
  /** Guards 127.0.0.0/8. */
  | 'loopback-guard'
  /** Services without endpoints. */
  | 'refusal'
  /** Addresses of Services on ports that no Service has. */
  | 'cluster-ips';

/** The role of a service proxy's chain; `undefined` for all other chains, base chains included. */
export function chainRole(table: string, chain: string): ChainRole | undefined {
  if (table.endsWith(' kube-proxy')) return kubeProxyRole(chain);
  const prefixed = prefixes.find(([prefix]) => chain.startsWith(prefix));
  if (prefixed !== undefined) return prefixed[1];
  const isFilter = table.endsWith(' filter');
  return (isFilter ? filterRoles[chain] : undefined) ?? roles[chain];
}

const prefixes: readonly (readonly [string, ChainRole])[] = [
  ['KUBE-NP-EXT-', 'external'],
  ['KUBE-NP-SVC-', 'pick'],
  ['KUBE-NP-SVL-', 'pick-local'],
  ['KUBE-EXT-', 'external'],
  ['KUBE-SVC-', 'pick'],
  ['KUBE-SVL-', 'pick-local'],
  ['KUBE-SEP-', 'endpoint'],
  ['KUBE-FW-', 'firewall'],
];

const roles: Readonly<Record<string, ChainRole>> = {
  'KUBE-SERVICES': 'entry',
  'KUBE-NODEPORTS': 'node-ports',
  'KUBE-MARK-MASQ': 'mark',
  'KUBE-POSTROUTING': 'postrouting',
  'KUBE-FORWARD': 'forward',
  'KUBE-FIREWALL': 'loopback-guard',
  'KUBE-PROXY-FIREWALL': 'firewall-check',
  'KUBE-EXTERNAL-SERVICES': 'refusal',
  'KUBE-NO-ENDPOINTS': 'refusal',
  'KUBE-REJECT': 'refusal',
  'KUBE-DROP': 'refusal',
  'KUBE-CLUSTER-IPS': 'cluster-ips',
};

/** iptables' table filter has chains of the same names for other matters. */
const filterRoles: Readonly<Record<string, ChainRole>> = {
  'KUBE-SERVICES': 'refusal',
  'KUBE-NODEPORTS': 'health-check-ports',
};

function kubeProxyRole(chain: string): ChainRole | undefined {
  const prefixed = kubeProxyPrefixes.find(([pattern]) => pattern.test(chain));
  return prefixed?.[1] ?? kubeProxyRoles[chain];
}

/** `service-E2IH552V-default/shop/tcp/http`, with a digest that keeps long names apart. */
const kubeProxyPrefixes: readonly (readonly [RegExp, ChainRole])[] = [
  [/^service-[A-Z0-9]{8}-/, 'pick'],
  [/^local-[A-Z0-9]{8}-/, 'pick-local'],
  [/^external-[A-Z0-9]{8}-/, 'external'],
  [/^endpoint-[A-Z0-9]{8}-/, 'endpoint'],
  [/^firewall-[A-Z0-9]{8}-/, 'firewall'],
];

const kubeProxyRoles: Readonly<Record<string, ChainRole>> = {
  services: 'entry',
  masquerading: 'postrouting',
  'mark-for-masquerade': 'mark',
  'firewall-check': 'firewall-check',
  'service-endpoints-check': 'refusal',
  'nodeport-endpoints-check': 'refusal',
  'reject-chain': 'refusal',
  'cluster-ips-check': 'cluster-ips',
};
