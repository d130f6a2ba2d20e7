import type { Family } from '../../net/family.ts';
import type { ApiObject } from '../api/store/api-object.ts';
import type { ClusterDns } from '../kubelet/pod-files.ts';

/** The Service kube-system/kube-dns and what answers behind it. */
export function dnsObjects({ servers }: ClusterDns, families: readonly Family[]): readonly ApiObject[] {
  const metadata = { name: 'kube-dns', namespace: 'kube-system', labels: dnsLabels };
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: {
        selector: dnsLabels,
        clusterIP: servers[0],
        clusterIPs: servers,
        ipFamilies: families,
        ipFamilyPolicy: families.length > 1 ? 'RequireDualStack' : 'SingleStack',
        ports: [
          { name: 'dns', port: 53, targetPort: 53, protocol: 'UDP' },
          { name: 'dns-tcp', port: 53, targetPort: 53, protocol: 'TCP' },
        ],
      },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas: 1,
        selector: { matchLabels: dnsLabels },
        template: {
          metadata: { labels: dnsLabels },
          spec: {
            dnsPolicy: 'Default',
            containers: [{ name: 'dns', image: 'portolan', args: ['dns'] }],
          },
        },
      },
    },
  ];
}

/** As of the DNS servers of every cluster, whatever they are called. */
const dnsLabels = { 'k8s-app': 'kube-dns' };
