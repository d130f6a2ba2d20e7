import type { Way } from '../../../kernel/node/machine.ts';
import { type Address, familyOf } from '../../../net/address.ts';
import { type Cidr, cidrContains } from '../../../net/cidr.ts';
import type { Finding } from '../../check.ts';
import { count, few } from '../../cluster/few.ts';
import { defineCheck, objectsIfAny, type Subject } from '../../doctor-check.ts';
import { clusterIPs, familiesInUse, observeRoles } from '../node-facts.ts';

interface Observed {
  /** One address of a Service in each family in use. */
  readonly services: readonly Target[];
  readonly pods: readonly PodTarget[];
  /** Where no pod is. */
  readonly uplinks: readonly string[];
}

interface Target {
  readonly address: Address;
  /** `undefined` where the kernel has no route. */
  readonly way: Way | undefined;
  /** The service CIDR that holds the address, where one is known. */
  readonly network: Cidr | undefined;
}

interface PodTarget {
  readonly address: Address;
  /** The interface that the pod is behind: its end of a veth pair, or that one's bridge. */
  readonly behind: string;
  readonly way: Way | undefined;
}

/** Whether the kernel knows a way to Services, and the right one to this node's pods. */
export const routes = defineCheck<Observed>({
  check: 'routes',
  title: 'Routes to Services and pods',
  observe,
  judge: judgeRoutes,
});

async function observe(subject: Subject): Promise<Observed> {
  const { machine } = subject;
  const services = serviceAddresses(subject);
  const [pods, roles] = await Promise.all([podAddresses(subject), observeRoles(subject)]);
  return {
    services: await Promise.all(
      services.map(async (one) => ({ ...one, way: await machine.way({ to: one.address }) })),
    ),
    pods: await Promise.all(
      pods.map(async (one) => ({ ...one, way: await machine.way({ to: one.address }) })),
    ),
    uplinks: roles.uplinks.map(({ name }) => name),
  };
}

async function podAddresses(subject: Subject) {
  const [{ bridges, routedPods }, { interfaces }] = await Promise.all([
    observeRoles(subject),
    subject.machine.podInterfaces(),
  ]);
  const behind = new Map([
    ...bridges.flatMap(({ bridge, ports }) => ports.map(({ name }) => [name, bridge.name] as const)),
    ...routedPods.map(({ name }) => [name, name] as const),
  ]);
  return interfaces.flatMap(({ host, addresses }) => {
    const device = behind.get(host);
    if (device === undefined) return [];
    const own = addresses.filter((address) => subject.families.includes(familyOf(address)));
    return own.map((address) => ({ address, behind: device }));
  });
}

function serviceAddresses(subject: Subject) {
  const families = familiesInUse(subject);
  const networks = [...(objectsIfAny(subject)?.state.serviceCIDRs ?? [])].flatMap(({ cidrs }) => cidrs);
  return families.flatMap((family) => {
    const address = clusterIPs(subject).find((one) => familyOf(one) === family);
    if (address === undefined) return [];
    return [{ address, network: networks.find((cidr) => cidrContains(cidr, address)) }];
  });
}

export function judgeRoutes({ services, pods, uplinks }: Observed): readonly Finding[] {
  const trouble = [...services.flatMap(unroutedService), ...misroutedPods(pods, uplinks)];
  if (trouble.length > 0) return trouble;
  if (services.length + pods.length === 0) return [];
  const to = services.map(({ address, way }) => `${address} by ${way?.device}`);
  const toPods =
    pods.length === 0
      ? []
      : [`${count(pods.length, 'pod address', 'pod addresses')} by their own interfaces`];
  const told = [...to, ...toPods].join(', ');
  return [{ severity: 'ok', looked: `ip route get: ${told}`, finding: told }];
}

/** The kernel routes the node's own packets before the rules see them, and once more when they changed. */
function unroutedService({ address, way, network }: Target): readonly Finding[] {
  if (way !== undefined) return [];
  return [
    {
      severity: 'fault',
      looked: `ip route get ${address}: no route`,
      finding: `there is no route to the address ${address} of a Service: connections of the node itself fail before any rule sees them, though pods reach it`,
      next: `add a default route, or one to the Services alone: ip route add ${network ?? address} dev INTERFACE (any that is up)`,
    },
  ];
}

/**
 * One wrong route mostly leads many pods astray. A CNI plugin may have an interface of its own that takes packets for
 * pods, but no uplink does.
 */
function misroutedPods(pods: readonly PodTarget[], uplinks: readonly string[]): readonly Finding[] {
  const wrong = pods.filter(({ way }) => way === undefined || uplinks.includes(way.device));
  const groups = Map.groupBy(wrong, ({ behind, way }) => `${behind} ${way?.device ?? ''}`);
  return [...groups.values()].flatMap((group): Finding[] => {
    const [first] = group;
    if (first === undefined) return [];
    const { address, behind, way } = first;
    const leads = way === undefined ? 'nowhere' : `to ${way.device}`;
    const names = few(group.map((pod) => pod.address));
    return [
      {
        severity: 'fault',
        looked: `ip route get ${address}: ${leads}; the pod is behind ${behind}`,
        finding: `the route to ${names} leads ${leads}, but ${group.length === 1 ? 'that pod is' : 'those pods are'} behind ${behind}: neither their own addresses nor a Service reach them from this node`,
        next: `ip route show to match ${address}, and remove what does not lead to ${behind} (see cidrs, too)`,
      },
    ];
  });
}
