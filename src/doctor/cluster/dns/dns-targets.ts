import type { Address } from '../../../net/address.ts';
import type { Family } from '../../../net/family.ts';
import type { FamilyPlans } from '../../../plan/plan-change.ts';
import type { ServicePortPlan } from '../../../plan/service-plan.ts';

export type DnsProtocol = 'TCP' | 'UDP';

/** A name server to be asked: the cluster's DNS by its ClusterIP, or one of its endpoints. */
export interface DnsTarget {
  readonly service: string;
  readonly by: 'ClusterIP' | 'endpoint';
  readonly protocol: DnsProtocol;
  readonly address: Address;
  readonly port: number;
}

/** So many endpoints are asked for each protocol and family. */
const mostEndpoints = 4;

/** Who is asked: `kube-system/kube-dns`, else the Services with port 53 of both protocols. */
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

/** Of a cluster whose DNS has another name: that of the namespace kube-system, where there is one. */
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
