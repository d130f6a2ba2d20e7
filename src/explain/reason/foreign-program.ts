/** The program that a chain or table of this name belongs to, where the name tells; never a guess. */
export function foreignProgram(table: string, chain: string): string | undefined {
  return (
    chains.find(([pattern]) => pattern.test(chain))?.[1] ??
    tables.find(([pattern]) => pattern.test(table))?.[1]
  );
}

const chains: readonly (readonly [RegExp, string])[] = [
  [/^FLANNEL-/, 'flannel'],
  [/^cali[-:]/, 'Calico'],
  [/^CNI-(HOSTPORT|DN|SN)-/, 'the CNI plugin portmap'],
  [/^CNI-(FORWARD|ADMIN|ISOLATION)/, 'the CNI plugin firewall'],
  [/^CNI-[0-9a-f]{24}$/, "a CNI plugin's ipMasq"],
  [/^DOCKER(-|$)/, 'Docker'],
  [/^(OLD_)?CILIUM_/, 'Cilium'],
  [/^KUBE-(ROUTER|POD-FW|NWPLCY)-/, 'kube-router'],
  [/^(IP-MASQ(-AGENT)?|KUBE-IP-MASQ)$/, 'ip-masq-agent'],
  [/^KIND-MASQ-AGENT$/, 'kindnet'],
  [/^KUBE-KUBELET-/, 'the kubelet'],
  [/^WEAVE(-|$)/, 'Weave Net'],
  [/^ANTREA-/, 'Antrea'],
  [/^OVN-KUBE-/, 'OVN-Kubernetes'],
  [/^ISTIO_/, 'Istio'],
  [/^AWS-SNAT-CHAIN-/, 'the Amazon VPC CNI'],
  [/^LIBVIRT_/, 'libvirt'],
  [/^ufw6?-/, 'ufw'],
  [/^f2b-/, 'fail2ban'],
  [/^ts-(forward|input|postrouting)$/, 'Tailscale'],
  [/^NETAVARK/, 'Podman'],
];

const tables: readonly (readonly [RegExp, string])[] = [
  [/ flannel-ipv[46]$/, 'flannel'],
  [/ calico$/, 'Calico'],
  [/ docker-bridges$/, 'Docker'],
  [/ firewalld$/, 'firewalld'],
  [/ kindnet/, 'kindnet'],
  [/ cni_hostport$/, 'the CNI plugin portmap'],
  [/ netavark$/, 'Podman'],
  [/ libvirt_network$/, 'libvirt'],
  [/ kube-network-policies$/, 'kube-network-policies'],
  [/ f2b-table$/, 'fail2ban'],
];
