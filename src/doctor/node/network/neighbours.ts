import type {
  ForwardingEntry,
  Interface,
  Neighbour,
  NeighbourTable,
  PodInterface,
  Route,
} from '../../../kernel/node/machine.ts';
import type { Finding } from '../../check.ts';
import { count, few } from '../../cluster/few.ts';
import { type DoctorContext, defineCheck } from '../../doctor-check.ts';
import { type LocalPod, localPods } from '../node-facts.ts';
import { setTo } from '../settings/settings.ts';

interface Observed {
  readonly neighbours: readonly Neighbour[];
  readonly forwarding: readonly ForwardingEntry[];
  readonly tables: readonly NeighbourTable[];
  readonly interfaces: readonly Interface[];
  readonly podInterfaces: readonly PodInterface[];
  readonly routes: readonly Route[];
  readonly pods: readonly LocalPod[];
}

/** Whether the node knows the right hardware addresses of its neighbours. */
export const neighbours = defineCheck<Observed>({
  check: 'neighbours',
  title: 'Neighbour entries',
  observe: observeAll,
  judge: judgeNeighbours,
});

async function observeAll(context: DoctorContext): Promise<Observed> {
  const { machine, families } = context;
  const [neighbours, forwarding, tables, interfaces, pods, routes] = await Promise.all([
    machine.neighbours(),
    machine.forwardingEntries(),
    machine.neighbourTables(),
    machine.interfaces(),
    machine.podInterfaces(),
    Promise.all(families.map((family) => machine.routes(family))),
  ]);
  return {
    neighbours,
    forwarding,
    tables,
    interfaces,
    podInterfaces: pods.interfaces,
    routes: routes.flat(),
    pods: localPods(context),
  };
}

export function judgeNeighbours(observed: Observed): readonly Finding[] {
  const { neighbours, tables } = observed;
  const trouble = [
    ...neighbours.flatMap((one) => [
      ...silent(one, observed),
      ...wrongPod(one, observed),
      ...unknownToOverlay(one, observed),
    ]),
    ...tables.flatMap(fullTable),
  ];
  if (trouble.length > 0) return trouble;
  const entries = count(neighbours.length, 'entry', 'entries');
  return [
    {
      severity: 'ok',
      looked: `ip neighbour: ${entries}`,
      finding: `${entries}, none contradicts what is there`,
    },
  ];
}

/** An entry is FAILED for some seconds after nobody answered: reported only for addresses that should answer. */
function silent(one: Neighbour, { pods, routes }: Observed): readonly Finding[] {
  if (one.state !== 'FAILED' && one.state !== 'INCOMPLETE') return [];
  const looked = `ip neighbour: ${one.address} dev ${one.device} ${one.state}`;
  const pod = pods.find(({ address }) => address === one.address);
  if (pod !== undefined)
    return [
      {
        severity: 'fault',
        looked: `${looked}, an endpoint of ${pod.service}`,
        finding: `nobody on ${one.device} answers for ${one.address}, an endpoint of ${pod.service} on this node: the pod is gone, or its interface`,
        next: `kubectl get pods -A -o wide | grep -w ${one.address}; ip link show master ${one.device}`,
      },
    ];
  const route = routes.find(({ hops }) => isHop(hops, one));
  if (route === undefined) return [];
  return [
    {
      severity: 'fault',
      looked: `${looked}, the gateway of ${route.destination}`,
      finding: `the gateway ${one.address} of ${route.destination} does not answer on ${one.device}: what is behind it is not reached`,
      next: `see whether ${one.address} is up and on the same network as ${one.device} (ip -s neighbour show ${one.address})`,
    },
  ];
}

function isHop(hops: Route['hops'], { address, device }: Neighbour): boolean {
  return hops.some((hop) => hop.gateway === address && hop.device === device);
}

/** The entry has another hardware address than the pod. */
function wrongPod(one: Neighbour, { podInterfaces, interfaces }: Observed): readonly Finding[] {
  const pod = podInterfaces.find(
    ({ addresses, host }) => addresses.includes(one.address) && isBehind(host, one.device, interfaces),
  );
  if (pod?.mac === undefined || one.mac === undefined || pod.mac === one.mac) return [];
  const permanent = one.state === 'PERMANENT';
  return [
    {
      severity: permanent ? 'fault' : 'warning',
      looked: `ip neighbour: ${one.address} dev ${one.device} lladdr ${one.mac} ${one.state}; the pod's ${pod.name} has ${pod.mac}`,
      finding: `the entry for pod ${one.address} has the hardware address of somebody else (${one.mac}, not ${pod.mac}): ${permanent ? 'packets to the pod are lost, and the entry stays' : 'packets to the pod are lost until the kernel asks again'}`,
      next: `ip neighbour del ${one.address} dev ${one.device}`,
    },
  ];
}

function isBehind(host: string, device: string, interfaces: readonly Interface[]): boolean {
  return host === device || interfaces.some(({ name, master }) => name === host && master === device);
}

/** Without learning, a VXLAN device sends only to addresses that it has a forwarding entry for. */
function unknownToOverlay(one: Neighbour, { interfaces, forwarding, routes }: Observed): readonly Finding[] {
  const device = interfaces.find(({ name, kind }) => name === one.device && kind === 'vxlan');
  if (device === undefined || one.mac === undefined || device.tunnel?.learning !== false) return [];
  const own = forwarding.filter((entry) => entry.device === device.name && entry.remote !== undefined);
  const known = own.some(({ mac }) => mac === one.mac || mac === everybody);
  if (known || device.tunnel.remote !== undefined) return [];
  const behind = routes.filter(({ hops }) => isHop(hops, one)).map(({ destination }) => destination);
  if (behind.length === 0) return [];
  return [
    {
      severity: 'fault',
      looked: `ip neighbour: ${one.address} dev ${device.name} lladdr ${one.mac}; bridge fdb show dev ${device.name}: ${own.length} others, not ${one.mac}`,
      finding: `${device.name} does not know which node has ${one.mac}: packets to pods of ${few(behind)} are dropped`,
      next: `bridge fdb append ${one.mac} dev ${device.name} dst ADDRESS-OF-THAT-NODE, or restart the CNI plugin's daemon (flanneld), which sets it`,
    },
  ];
}

const everybody = '00:00:00:00:00:00';

/** Share of the table in use. */
const nearlyFull = 0.9;

function fullTable({ family, entries, max, refused }: NeighbourTable): readonly Finding[] {
  if (entries < max * nearlyFull && refused === 0) return [];
  const folder = `net/${family === 'IPv4' ? 'ipv4' : 'ipv6'}/neigh/default`;
  return [
    {
      severity: entries >= max * nearlyFull ? 'fault' : 'warning',
      looked: `${entries} entries of ${family}, gc_thresh3 = ${max}, ${refused} refused since boot`,
      finding:
        entries >= max * nearlyFull
          ? `the table of neighbours is full (${family}): new pods and nodes are not reached ("neighbour table overflow" in the kernel's log)`
          : `the table of neighbours was full at some time (${family}): ${refused} entries were refused`,
      next: `${setTo(`${folder}/gc_thresh3`, max * 4)}, and gc_thresh2 to half of it`,
    },
  ];
}
