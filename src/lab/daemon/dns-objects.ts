import { type Address, familyOf, parseAddress } from '../../net/address.ts';
import type { Family } from '../../net/family.ts';
import { type ApiObject, isObject } from '../api/store/api-object.ts';
import type { ClusterDns } from '../kubelet/pod-files.ts';
import type { LabSpec } from '../lab-spec.ts';
import { addressAt } from '../network/ranges.ts';

/** Where pods ask for names: the ClusterIPs of kube-system/kube-dns, one a family; where there is none yet, the usual tenth. */
export function dnsServers({ objects, families, serviceCidrs }: LabSpec): readonly Address[] {
  const { spec } = objects.find(isDnsService) ?? {};
  const given = isObject(spec) && Array.isArray(spec.clusterIPs) ? spec.clusterIPs : [];
  const addresses = given.flatMap((text) => parseAddress(String(text)) ?? []);
  return families.map(
    (family) =>
      addresses.find((address) => familyOf(address) === family) ?? addressAt(serviceCidrs[family], 10n),
  );
}

export function isDnsService({ kind, metadata }: ApiObject): boolean {
  return (
    kind === 'Service' &&
    isObject(metadata) &&
    metadata.name === 'kube-dns' &&
    metadata.namespace === 'kube-system'
  );
}

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
