import { serviceChainNames } from '../../iptables/chain-names.ts';
import type { Frontend, Route, ServicePortPlan } from '../../plan/service-plan.ts';
import type { TrafficPolicy } from '../../state/records.ts';
import {
  type ChainName,
  type ClientSetName,
  type DispatchSet,
  type SharedSet,
  type SlotKind,
  type SlotMap,
  slotMapName,
} from '../names.ts';
import type { NftablesOptions } from '../nftables-options.ts';
import { commentedData } from '../table/element-data.ts';
import type { Data, Key, Rule } from '../table/table.ts';
import { affinityPickRules, endpointChains } from './affinity-chains.ts';
import { commentText, goto } from './listed-form.ts';
import type { Shape, Shapes } from './shapes.ts';
import { externalLocalRules, externalName, externalRules, pickName, pickRule } from './shapes.ts';
import { type Slots, slotData } from './slots.ts';

/** The slots of a service port: for policy Cluster, and for policy Local. */
export interface PortSlots {
  readonly cluster: Slots;
  readonly local: Slots;
}

/** The plan of a service port with the slots of its endpoints. */
export interface ArrangedPort {
  readonly plan: ServicePortPlan;
  readonly slots: PortSlots;
}

/** The slots of a frontend in a map: their keys are the frontend's with the number of the slot appended. */
export interface SlotRange {
  readonly map: SlotMap;
  readonly frontend: Key;
  readonly size: number;
}

/** The content of a Service in the table. */
export interface ServiceContent {
  readonly slots: ReadonlyMap<SlotMap, ReadonlyMap<Key, Data>>;
  readonly slotRanges: readonly SlotRange[];
  readonly dispatch: ReadonlyMap<DispatchSet, ReadonlyMap<Key, Data>>;
  /** Elements that other Services may have, too. */
  readonly shared: ReadonlyMap<SharedSet, ReadonlySet<Key>>;
  /** The shapes that its elements lead to. */
  readonly shapes: ReadonlySet<Shape>;
  /** Its own chains; each comes after the chains that it leads to. */
  readonly chains: ReadonlyMap<ChainName, readonly Rule[]>;
  /** The client sets of its endpoints. */
  readonly clientSets: ReadonlySet<ClientSetName>;
}

/** The content of a Service from its ports. */
export function serviceContent(
  ports: readonly ArrangedPort[],
  shapes: Shapes,
  options: NftablesOptions,
): ServiceContent {
  const content = new Content(shapes, options);
  for (const port of ports) content.addPort(port);
  return content;
}

/** The keys of its frontends in dispatch maps. */
export function frontendKeys({ dispatch }: ServiceContent): readonly Key[] {
  return [...dispatch.values()].flatMap((elements) => [...elements.keys()]);
}

/** The slot maps that may have slots of a frontend, by its key in dispatch maps. */
export function slotsOfFrontend(key: Key): readonly Omit<SlotRange, 'size'>[] {
  const parts = key.split(' . ');
  const [protocol, port] = parts.slice(-2);
  const [address] = parts.slice(0, -2);
  const { slots, localSlots } = address === undefined ? nodePortMaps : addressMaps;
  const frontend = (address === undefined ? port : `${address} . ${port}`) as Key;
  return [slots, localSlots].map((kind) => ({ map: `${kind}-${protocol}` as SlotMap, frontend }));
}

/** The keys of its frontends that lead to endpoints. */
export function forwardedKeys({ dispatch }: ServiceContent): readonly Key[] {
  return [...(dispatch.get('services')?.keys() ?? []), ...(dispatch.get('node-ports')?.keys() ?? [])];
}

/** The slot maps of a service port's frontends for this policy. */
export function slotLocations(
  plan: ServicePortPlan,
  policy: TrafficPolicy,
): readonly Omit<SlotRange, 'size'>[] {
  const { internal, external } = plan;
  const ownIPs = new Set(
    plan.frontends.flatMap((frontend) => (frontend.kind === 'ClusterIP' ? [frontend.address] : [])),
  );
  return plan.frontends.flatMap((frontend) => {
    const maps = frontend.kind === 'NodePort' ? nodePortMaps : addressMaps;
    const location = (kind: SlotKind) => ({
      map: slotMapName(kind, plan.protocol),
      frontend: slotFrontend(frontend),
    });
    if (frontend.kind === 'ClusterIP') {
      const picks = internal.action === 'forward' && internal.policy === policy;
      return picks ? [location(maps.slots)] : [];
    }
    if (external.action === 'reject') return [];
    // An external IP that is the ClusterIP, too, serves as that.
    if (frontend.kind !== 'NodePort' && internal.action === 'forward' && ownIPs.has(frontend.address))
      return [];
    return [location(policy === 'Cluster' ? maps.slots : maps.localSlots)];
  });
}

/** The key of a frontend in dispatch maps, which are for all protocols. */
function dispatchKey(frontend: Frontend, { protocol }: ServicePortPlan): Key {
  const port = `${protocol.toLowerCase()} . ${frontend.port}`;
  return (frontend.kind === 'NodePort' ? port : `${frontend.address} . ${port}`) as Key;
}

/** The prefix of a frontend's keys in slot maps, which are for one protocol each. */
function slotFrontend(frontend: Frontend): Key {
  return (
    frontend.kind === 'NodePort' ? `${frontend.port}` : `${frontend.address} . ${frontend.port}`
  ) as Key;
}

/** The maps for one kind of frontend: addresses or node ports. */
interface FrontendMaps {
  readonly dispatch: 'services' | 'node-ports';
  readonly noEndpoint: 'no-endpoint-services' | 'no-endpoint-node-ports';
  readonly slots: SlotKind;
  readonly localSlots: SlotKind;
}

const addressMaps: FrontendMaps = {
  dispatch: 'services',
  noEndpoint: 'no-endpoint-services',
  slots: 'service-endpoints',
  localSlots: 'service-local-endpoints',
};

const nodePortMaps: FrontendMaps = {
  dispatch: 'node-ports',
  noEndpoint: 'no-endpoint-node-ports',
  slots: 'node-port-endpoints',
  localSlots: 'node-port-local-endpoints',
};

const reject = goto('KUBE-REJECT' as ChainName);
const drop = goto('KUBE-DROP' as ChainName);

class Content implements ServiceContent {
  readonly slots = new Map<SlotMap, Map<Key, Data>>();
  readonly slotRanges: SlotRange[] = [];
  readonly dispatch = new Map<DispatchSet, Map<Key, Data>>();
  readonly shared = new Map<SharedSet, Set<Key>>();
  readonly shapes = new Set<Shape>();
  readonly chains = new Map<ChainName, readonly Rule[]>();
  readonly clientSets = new Set<ClientSetName>();
  readonly #made: Shapes;
  readonly #options: NftablesOptions;

  constructor(shapes: Shapes, options: NftablesOptions) {
    this.#made = shapes;
    this.#options = options;
  }

  addPort(port: ArrangedPort): void {
    const { plan } = port;
    for (const frontend of plan.frontends) this.#addFrontend(frontend, port);
    const protocol = plan.protocol.toLowerCase();
    for (const { address, port: number } of plan.endpoints.onThisNode) {
      // The key is kept for long: a joined text is one string in memory, a template would be a tree of six.
      this.#share('hairpin', [address, address, protocol, number].join(' . ') as Key);
    }
  }

  /**
   * An address may be both an external IP and the load balancer's: the first frontend that leads to endpoints counts.
   */
  #addFrontend(frontend: Frontend, port: ArrangedPort): void {
    const { plan } = port;
    const key = dispatchKey(frontend, plan);
    if (frontend.kind === 'NodePort') {
      this.#addExternal(frontend, key, nodePortMaps, port);
      return;
    }
    if (frontend.kind === 'LoadBalancerIP') this.#addFirewall(key, plan);
    if (this.#isTaken(key)) return;
    if (frontend.kind !== 'ClusterIP') {
      this.#addExternal(frontend, key, addressMaps, port);
      return;
    }
    this.#share('cluster-ips', `${frontend.address}` as Key);
    this.#addInternal(frontend, key, port);
  }

  #isTaken(key: Key): boolean {
    return this.dispatch.get(addressMaps.dispatch)?.has(key) === true;
  }

  #addInternal(frontend: Frontend, key: Key, port: ArrangedPort): void {
    const { internal } = port.plan;
    if (internal.action === 'forward') {
      const pick = this.#pick(internal.policy, frontend, addressMaps.slots, port);
      this.#put('services', key, goto(pick.name), port.plan);
    } else this.#refuse(key, internal, addressMaps, port.plan);
  }

  #addExternal(frontend: Frontend, key: Key, maps: FrontendMaps, port: ArrangedPort): void {
    const { external, externalTrafficPolicy } = port.plan;
    if (external.action !== 'reject') {
      const cluster = this.#pick('Cluster', frontend, maps.slots, port);
      const chain =
        externalTrafficPolicy === 'Local'
          ? this.#externalLocal(cluster, frontend, maps, port)
          : this.#external(cluster);
      this.#put(maps.dispatch, key, goto(chain), port.plan);
    }
    if (external.action !== 'forward') this.#refuse(key, external, maps, port.plan);
  }

  #external(pick: Pick): ChainName {
    return pick.shape === undefined
      ? this.#own(externalName(pick.name), externalRules(pick.name))
      : this.#use(this.#made.external(pick.shape));
  }

  #externalLocal(cluster: Pick, frontend: Frontend, maps: FrontendMaps, port: ArrangedPort): ChainName {
    const size = port.slots.local.length;
    const local = size === 0 ? undefined : this.#pick('Local', frontend, maps.localSlots, port);
    return cluster.shape === undefined
      ? this.#own(externalName(cluster.name), externalLocalRules(cluster.name, local?.name, this.#options))
      : this.#use(this.#made.externalLocal(cluster.shape, local?.shape, size));
  }

  /** The chain that picks an endpoint for the frontend, and the slots that it picks from. */
  #pick(policy: TrafficPolicy, frontend: Frontend, kind: SlotKind, { plan, slots }: ArrangedPort): Pick {
    const chosen = policy === 'Cluster' ? slots.cluster : slots.local;
    if (plan.affinityTimeoutSeconds !== undefined) return { name: this.#affinityPick(policy, plan, chosen) };
    const { balance, protocol } = plan;
    this.#addSlots(slotMapName(kind, protocol), slotFrontend(frontend), chosen);
    const choice = { balance, size: chosen.length };
    if (balance !== 'round-robin') {
      const shape = this.#made.pick({ kind, protocol }, choice);
      return { name: this.#use(shape), shape };
    }
    // Its rule counts the turns: Services that share it would each get only every second or third.
    const digest = serviceChainNames(plan.name, protocol).cluster.replace('KUBE-SVC-', '');
    const rules = [pickRule({ kind, protocol }, choice, this.#options)];
    return { name: this.#own(pickName(kind, `${digest}-${choice.size}`), rules) };
  }

  #addSlots(map: SlotMap, frontend: Key, slots: Slots): void {
    this.slotRanges.push({ map, frontend, size: slots.length });
    for (const [slot, endpoint] of slots.entries()) {
      put(this.slots, map, slotKey(frontend, slot), slotData(endpoint));
    }
  }

  #affinityPick(policy: TrafficPolicy, plan: ServicePortPlan, slots: Slots): ChainName {
    for (const { name, clients, rules } of endpointChains(plan, [...new Set(slots)], this.#options)) {
      this.#own(name, rules);
      this.clientSets.add(clients);
    }
    const names = serviceChainNames(plan.name, plan.protocol);
    const name = (policy === 'Cluster' ? names.cluster : names.local) as string as ChainName;
    return this.#own(name, affinityPickRules(plan, slots, this.#options));
  }

  #addFirewall(key: Key, plan: ServicePortPlan): void {
    const { firewall, external, frontends } = plan;
    if (firewall === undefined || external.action === 'reject') return;
    // The node's own requests have the load balancer's address as their source where that is a local address.
    const own = frontends.flatMap((frontend) =>
      frontend.kind === 'LoadBalancerIP' && firewall.nodeMayPass ? [frontend.address] : [],
    );
    const shape = this.#made.firewall([...firewall.sourceRanges, ...own]);
    this.#put('firewall', key, goto(this.#use(shape)), plan);
  }

  #refuse(
    key: Key,
    { action }: Exclude<Route, { action: 'forward' }>,
    { noEndpoint }: FrontendMaps,
    plan: ServicePortPlan,
  ): void {
    this.#put(noEndpoint, key, action === 'reject' ? reject : drop, plan);
  }

  /** The comment says whose the element is: chains serve many Services. */
  #put(set: DispatchSet, key: Key, verdict: Data, { name }: ServicePortPlan): void {
    put(this.dispatch, set, key, commentedData(commentText(name), verdict));
  }

  #share(set: SharedSet, key: Key): void {
    const keys = this.shared.get(set);
    if (keys === undefined) this.shared.set(set, new Set([key]));
    else keys.add(key);
  }

  #use(shape: Shape): ChainName {
    this.shapes.add(shape);
    return shape.name;
  }

  #own(name: ChainName, rules: readonly Rule[]): ChainName {
    this.chains.set(name, rules);
    return name;
  }
}

export function slotKey(frontend: Key, slot: number): Key {
  return `${frontend} . ${slot}` as Key;
}

/** A chain that picks an endpoint; with `shape` if Services share it. */
interface Pick {
  readonly name: ChainName;
  readonly shape?: Shape;
}

function put<S>(maps: Map<S, Map<Key, Data>>, set: S, key: Key, data: Data): void {
  const elements = maps.get(set);
  if (elements === undefined) maps.set(set, new Map([[key, data]]));
  else elements.set(key, data);
}
