import type { ProxyTraces } from '../../../kernel/live-view.ts';
import type { Finding } from '../../check.ts';
import { few } from '../few.ts';

/** Cilium's maps of node ports exist only where its kube-proxy replacement serves them. */
export function cilium({ interfaces, bpfMaps }: ProxyTraces): readonly Finding[] {
  const devices = interfaces.filter((name) => name.startsWith('cilium_'));
  if (devices.length === 0) return [];
  const maps = bpfMaps?.filter((name) => /^cilium_(nodeport_neigh|snat_v)[46]/.test(name)) ?? [];
  const looked = `interfaces ${devices.join(', ')}; BPF maps of node ports: ${bpfMaps === undefined ? 'not readable (/sys/fs/bpf/tc/globals)' : maps.join(', ') || 'none'}`;
  if (maps.length > 0)
    return [
      {
        severity: 'fault',
        looked,
        finding:
          'Cilium serves Services by BPF on this node (kubeProxyReplacement): it takes their packets before any rule of Portolan sees them',
        next: 'either remove Portolan from this node, or set kubeProxyReplacement: false in Cilium',
      },
    ];
  if (bpfMaps !== undefined) return [];
  return [
    {
      severity: 'unknown',
      looked,
      finding: 'Cilium is on this node, and whether it serves Services itself cannot be seen from here',
      next: 'cilium-dbg status | grep KubeProxyReplacement',
    },
  ];
}

/** The interfaces and maps of Calico's eBPF dataplane, which always includes its replacement of kube-proxy. */
export function calico({ interfaces, bpfMaps }: ProxyTraces): readonly Finding[] {
  const signs = [
    ...interfaces.filter((name) => name.startsWith('bpf')),
    ...(bpfMaps ?? []).filter((name) => /^cali_v[46]_nat/.test(name)),
  ];
  if (signs.length === 0) return [];
  return [
    {
      severity: 'fault',
      looked: `interfaces and BPF maps of Calico: ${few(signs)}`,
      finding:
        "Calico's eBPF dataplane is on this node: it serves Services itself, before any rule of Portolan",
      next: 'either remove Portolan from this node, or set bpfEnabled: false in Calico',
    },
  ];
}
