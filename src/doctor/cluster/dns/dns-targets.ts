import type { Address } from '../../../net/address.ts';
import type { Family } from '../../../net/family.ts';
import type { FamilyPlans } from '../../../plan/plan-change.ts';
import type { ServicePortPlan } from '../../../plan/service-plan.ts';

export type DnsProtocol = 'TCP' | 'UDP';

/** A name server to query: the cluster's DNS by its ClusterIP, or one of its endpoints. */
export interface DnsTarget {
  readonly service: string;
  readonly by: 'ClusterIP' | 'endpoint';
  readonly protocol: DnsProtocol;
  readonly address: Address;
  readonly port: number;
}

/** The number of endpoints to query for each protocol and family. */
const mostEndpoints = 4;

/** The name servers to query: those of `kube-system/kube-dns`, else of Services with port 53 for both protocols. */
export function dnsTargets(plans: ReadonlyMap<Family, FamilyPlans>): readonly DnsTarget[] {
  return [...plans.values()].flatMap((ofFamily) => {
    const ports = [...ofFamily.values()].flat().filter(isDns);
    const usual = ports.filter(({ service }) => service === 'kube-system/kube-dns');
    return (usual.length > 0 ? usual : bothProtocols(ports)).flatMap(targetsOf);
  });
}

function isDns({ frontends, protocol }: ServicePortPlan): boolean {
  return protocol !== 'SCTP' && frontends.some(({ kind, port }) => kind === 'ClusterIP' && port === 53);
}

/** Where the cluster's DNS has another name: Services with both protocols, preferably of the namespace kube-system. */
function bothProtocols(ports: readonly ServicePortPlan[]): readonly ServicePortPlan[] {
  const services = [...Map.groupBy(ports, ({ service }) => service)].filter(
    ([, own]) => new Set(own.map(({ protocol }) => protocol)).size === 2,
  );
  const system = services.filter(([service]) => service.startsWith('kube-system/'));
  return (system.length > 0 ? system : services).slice(0, 1).flatMap(([, own]) => own);
}

function targetsOf(plan: ServicePortPlan): readonly DnsTarget[] {
  const { name: service, protocol, frontends, endpoints } = plan;
  if (protocol === 'SCTP') return [];
  const clusterIP = frontends.filter(({ kind, port }) => kind === 'ClusterIP' && port === 53);
  const asked = endpoints.reachable.slice(0, mostEndpoints);
  return [
    ...clusterIP.flatMap((frontend): DnsTarget[] =>
      frontend.kind === 'NodePort'
        ? []
        : [{ service, by: 'ClusterIP', protocol, address: frontend.address, port: frontend.port }],
    ),
    ...asked.map(({ address, port }): DnsTarget => ({ service, by: 'endpoint', protocol, address, port })),
  ];
}
