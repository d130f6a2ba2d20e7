import { loadConfig } from '../../config/load-config.ts';
import type { ProxyConfig } from '../../config/proxy-config.ts';
import { servesLocalhost } from '../../iptables/derive-iptables-options.ts';
import { type Address, familyOf, formatEndpoint, isLoopback } from '../../net/address.ts';
import { cidrContains } from '../../net/cidr.ts';
import type { Protocol } from '../../net/family.ts';
import { type LoadedState, remarksOn } from '../../plan/loaded-state.ts';
import { nodeIPs } from '../../plan/node-ips.ts';
import { nodePortRanges } from '../../plan/node-ports.ts';
import { planService } from '../../plan/plan-service.ts';
import type { Frontend, ServicePortPlan } from '../../plan/service-plan.ts';
import { loadState } from '../../sources/load-state.ts';
import { type CommonOptions, openSource } from '../../sources/open-source.ts';
import { addressClaim, nodePortClaim } from '../../state/claims.ts';
import type { ServiceKey } from '../../state/records.ts';
import type { NodeView, Packet } from '../../trace/packet.ts';
import type { Backend, Knowledge } from '../explanation.ts';
import { type Pods, podsInCluster, podsInFiles } from './pods.ts';

/** The objects that `explain` draws on. */
export interface ExplainObjects {
  readonly config: ProxyConfig;
  readonly loaded: LoadedState;
  readonly pods: Pods;
}

/** Loads them as every command does; unusable ones are reported on standard error. */
export async function loadExplainObjects(options: CommonOptions): Promise<ExplainObjects> {
  const { config } = await loadConfig(options.flags);
  const { source, api } = await openSource(options, config);
  const loaded = await loadState(source, config, options);
  for (const remark of remarksOn(loaded)) process.stderr.write(`${remark}\n`);
  const pods = api === undefined ? podsInFiles(options.source ?? '') : podsInCluster(api);
  return { config, loaded, pods };
}

/** The plans of one Service, made on demand. */
export function plansOf(
  service: ServiceKey,
  { loaded: { state, context } }: ExplainObjects,
): readonly ServicePortPlan[] {
  const record = state.services.get(service);
  if (record === undefined) return [];
  return planService(record, state.slicesOf(service).values(), context());
}

/** What the objects say about a packet and the endpoints of its Service. */
export async function knowledgeOf(
  packet: Packet,
  node: Pick<NodeView, 'isLocal'>,
  client: string | undefined,
  objects: ExplainObjects,
): Promise<Knowledge> {
  const own = findByAddress(packet, objects);
  const nodePort =
    own === undefined && node.isLocal(packet.destination) ? findNodePort(packet, objects) : undefined;
  const answers = nodePort === undefined || nodePortsAnswer(packet.destination, objects);
  const target = answers ? (own ?? nodePort) : undefined;
  const backends = target === undefined ? new Map<string, Backend>() : await backendsOf(target.plan, objects);
  const remarks = answers ? [] : [silentNodePort(packet, nodePort)];
  return { target, client, backends, remarks };
}

/** A Service that has the address takes precedence over a node port, as in the rules. */
function findByAddress(
  { destination, protocol, port }: Packet,
  objects: ExplainObjects,
): Knowledge['target'] {
  const isMeant = (frontend: Frontend) =>
    frontend.kind !== 'NodePort' && frontend.address === destination && frontend.port === port;
  return findFrontend(addressClaim(destination, protocol, port), protocol, destination, isMeant, objects);
}

function findNodePort({ destination, protocol, port }: Packet, objects: ExplainObjects): Knowledge['target'] {
  const isMeant = (frontend: Frontend) => frontend.kind === 'NodePort' && frontend.port === port;
  return findFrontend(nodePortClaim(protocol, port), protocol, destination, isMeant, objects);
}

/** Whether node ports answer on the address: by `nodePortAddresses`, and on loopback by what the mode can do. */
function nodePortsAnswer(address: Address, { config, loaded: { state } }: ExplainObjects): boolean {
  const family = familyOf(address);
  const ranges = nodePortRanges(family, config.nodePortAddresses, nodeIPs(config.bindAddress, state.node));
  if (isLoopback(address)) return config.mode === 'iptables' && servesLocalhost(family, config, ranges);
  return ranges === 'all' || ranges.some((range) => cidrContains(range, address));
}

function silentNodePort({ destination, port }: Packet, nodePort: Knowledge['target']): string {
  const whose = `port ${port} is the node port of ${nodePort?.plan.name}`;
  const option = isLoopback(destination)
    ? 'localhostNodePorts, in mode iptables and IPv4 only'
    : 'nodePortAddresses';
  return `by the objects ${whose}, and node ports do not answer on ${destination} (${option})`;
}

function findFrontend(
  claim: string,
  protocol: Protocol,
  destination: Address,
  isMeant: (frontend: Frontend) => boolean,
  objects: ExplainObjects,
): Knowledge['target'] {
  const holder = objects.loaded.state.holder(claim);
  if (holder === undefined) return undefined;
  for (const plan of plansOf(holder, objects)) {
    if (plan.protocol !== protocol || plan.family !== familyOf(destination)) continue;
    const frontend = plan.frontends.find(isMeant);
    if (frontend !== undefined) return { plan, frontend };
  }
  return undefined;
}

async function backendsOf(
  plan: ServicePortPlan,
  { loaded, pods }: ExplainObjects,
): Promise<ReadonlyMap<string, Backend>> {
  const { state } = loaded;
  const nodes = new Map<Address, string | undefined>();
  for (const { endpoints } of state.slicesOf(plan.service).values()) {
    for (const { address, nodeName } of endpoints) nodes.set(address, nodeName);
  }
  const names = await pods.behind(
    plan.service,
    plan.endpoints.reachable.map(({ address }) => address),
  );
  return new Map(
    plan.endpoints.reachable.map(({ address, port }) => {
      const node = nodes.get(address);
      const backend = { pod: names.get(address), node, isOnThisNode: node === state.nodeName };
      return [formatEndpoint(address, port), backend];
    }),
  );
}
