import { clusterCIDR } from '../iptables/rules.ts';

/** kube-proxy's flags for a node in a network namespace of its own; its log tells of each sync. */
export function kubeProxyFlags(node: {
  readonly mode: 'iptables' | 'nftables';
  readonly kubeconfig: string;
  readonly nodeName: string;
}): readonly string[] {
  return [
    `--proxy-mode=${node.mode}`,
    `--kubeconfig=${node.kubeconfig}`,
    `--hostname-override=${node.nodeName}`,
    `--cluster-cidr=${clusterCIDR}`,
    // Only the machine's own network namespace may set these.
    '--conntrack-max-per-core=0',
    '--conntrack-tcp-timeout-established=0s',
    '--conntrack-tcp-timeout-close-wait=0s',
    '--logging-format=json',
    '-v=2',
  ];
}
