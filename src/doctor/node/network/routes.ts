import type { FoundRoute } from '../../../kernel/node/machine.ts';
import { type Address, familyOf } from '../../../net/address.ts';
import { type Cidr, cidrContains } from '../../../net/cidr.ts';
import type { Finding } from '../../check.ts';
import { count, few } from '../../cluster/few.ts';
import { type DoctorContext, defineCheck, objectsIfAny } from '../../doctor-check.ts';
import { clusterIPs, familiesInUse, observeRoles } from '../node-facts.ts';

interface Observed {
  /** The address of one Service in each family in use. */
  readonly services: readonly Target[];
  readonly pods: readonly PodTarget[];
  /** Interfaces without pods. */
  readonly uplinks: readonly string[];
}

interface Target {
  readonly address: Address;
  /** `undefined` where the kernel has no route. */
  readonly route: FoundRoute | undefined;
  /** The service CIDR of the address, where one is known. */
  readonly network: Cidr | undefined;
}

interface PodTarget {
  readonly address: Address;
  /** The interface that leads to the pod: the node's end of its veth pair, or the bridge of that. */
  readonly behind: string;
  readonly route: FoundRoute | undefined;
}

/** Whether the kernel has a route to Services, and the right routes to this node's pods. */
export const routes = defineCheck<Observed>({
  check: 'routes',
  title: 'Routes to Services and pods',
  observe,
  judge: judgeRoutes,
});

async function observe(context: DoctorContext): Promise<Observed> {
  const { machine } = context;
  const services = serviceAddresses(context);
  const [pods, roles] = await Promise.all([podAddresses(context), observeRoles(context)]);
  return {
    services: await Promise.all(
      services.map(async (one) => ({ ...one, route: await machine.lookUpRoute({ to: one.address }) })),
    ),
    pods: await Promise.all(
      pods.map(async (one) => ({ ...one, route: await machine.lookUpRoute({ to: one.address }) })),
    ),
    uplinks: roles.uplinks.map(({ name }) => name),
  };
}

async function podAddresses(context: DoctorContext) {
  const [{ bridges, routedPods }, { interfaces }] = await Promise.all([
    observeRoles(context),
    context.machine.podInterfaces(),
  ]);
  const behind = new Map([
    ...bridges.flatMap(({ bridge, ports }) => ports.map(({ name }) => [name, bridge.name] as const)),
    ...routedPods.map(({ name }) => [name, name] as const),
  ]);
  return interfaces.flatMap(({ host, addresses }) => {
    const device = behind.get(host);
    if (device === undefined) return [];
    const own = addresses.filter((address) => context.families.includes(familyOf(address)));
    return own.map((address) => ({ address, behind: device }));
  });
}

function serviceAddresses(context: DoctorContext) {
  const families = familiesInUse(context);
  const networks = [...(objectsIfAny(context)?.state.serviceCIDRs ?? [])].flatMap(({ cidrs }) => cidrs);
  return families.flatMap((family) => {
    const address = clusterIPs(context).find((one) => familyOf(one) === family);
    if (address === undefined) return [];
    return [{ address, network: networks.find((cidr) => cidrContains(cidr, address)) }];
  });
}

export function judgeRoutes({ services, pods, uplinks }: Observed): readonly Finding[] {
  const trouble = [...services.flatMap(unroutedService), ...misroutedPods(pods, uplinks)];
  if (trouble.length > 0) return trouble;
  if (services.length + pods.length === 0) return [];
  const toServices = services.map(({ address, route }) => `${address} by ${route?.device}`);
  const toPods =
    pods.length === 0
      ? []
      : [`${count(pods.length, 'pod address', 'pod addresses')} by their own interfaces`];
  const found = [...toServices, ...toPods].join(', ');
  return [{ severity: 'ok', looked: `ip route get: ${found}`, finding: found }];
}

/** The kernel routes the node's own packets before the rules see them, and again after the rules changed them. */
function unroutedService({ address, route, network }: Target): readonly Finding[] {
  if (route !== undefined) return [];
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
 * Pods whose route leads to an uplink, grouped by route: a wrong one usually affects many pods. Routes to other
 * interfaces may be a CNI plugin's own.
 */
function misroutedPods(pods: readonly PodTarget[], uplinks: readonly string[]): readonly Finding[] {
  const wrong = pods.filter(({ route }) => route === undefined || uplinks.includes(route.device));
  const groups = Map.groupBy(wrong, ({ behind, route }) => `${behind} ${route?.device ?? ''}`);
  return [...groups.values()].flatMap((group): Finding[] => {
    const [first] = group;
    if (first === undefined) return [];
    const { address, behind, route } = first;
    const leads = route === undefined ? 'nowhere' : `to ${route.device}`;
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
