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
import type { Data, Key, Rule } from '../table/table.ts';
import { affinityPickRules, endpointChains } from './affinity-chains.ts';
import { goto } from './listed-form.ts';
import type { Shape, Shapes } from './shapes.ts';
import { externalLocalRules, externalName, externalRules, pickName, pickRule } from './shapes.ts';
import { type Slots, slotData } from './slots.ts';

/** The slots of a service port: for policy Cluster, and this node's own for policy Local. */
export interface PortSlots {
  readonly cluster: Slots;
  readonly local: Slots;
}

/** A service port as it is to stand in the table. */
export interface ArrangedPort {
  readonly plan: ServicePortPlan;
  readonly slots: PortSlots;
}

/** How many slots a frontend has in a map: their keys are the frontend's and the number behind it. */
export interface SlotRange {
  readonly map: SlotMap;
  readonly frontend: Key;
  readonly size: number;
}

/** All that one Service has in the table. */
export interface ServiceContent {
  readonly slots: ReadonlyMap<SlotMap, ReadonlyMap<Key, Data>>;
  readonly slotRanges: readonly SlotRange[];
  readonly dispatch: ReadonlyMap<DispatchSet, ReadonlyMap<Key, Data>>;
  /** Elements that other Services may have too. */
  readonly shared: ReadonlyMap<SharedSet, ReadonlySet<Key>>;
  /** The shapes that its elements lead to. */
  readonly shapes: ReadonlySet<Shape>;
  /** Chains of its own; each comes after those that it leads to. */
  readonly chains: ReadonlyMap<ChainName, readonly Rule[]>;
  /** The sets of the clients that stay with an endpoint. */
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

/** The keys of its frontends in the dispatch sets. */
export function frontendKeys({ dispatch }: ServiceContent): readonly Key[] {
  return [...dispatch.values()].flatMap((elements) => [...elements.keys()]);
}

/** Where the slots of a frontend may stand, by its key in the dispatch sets. */
export function slotsOfFrontend(key: Key): readonly Omit<SlotRange, 'size'>[] {
  const parts = key.split(' . ');
  const [protocol, port] = parts.slice(-2);
  const [address] = parts.slice(0, -2);
  const { slots, localSlots } = address === undefined ? nodePortWays : addressWays;
  const frontend = (address === undefined ? port : `${address} . ${port}`) as Key;
  return [slots, localSlots].map((kind) => ({ map: `${kind}-${protocol}` as SlotMap, frontend }));
}

/** Those that lead to endpoints. */
export function forwardedKeys({ dispatch }: ServiceContent): readonly Key[] {
  return [...(dispatch.get('services')?.keys() ?? []), ...(dispatch.get('node-ports')?.keys() ?? [])];
}

/** Where the slots of a service port stand, by frontend, for this policy. */
export function slotPlaces(plan: ServicePortPlan, policy: TrafficPolicy): readonly Omit<SlotRange, 'size'>[] {
  const { internal, external } = plan;
  return plan.frontends.flatMap((frontend) => {
    const ways = frontend.kind === 'NodePort' ? nodePortWays : addressWays;
    const place = (kind: SlotKind) => ({
      map: slotMapName(kind, plan.protocol),
      frontend: slotFrontend(frontend),
    });
    if (frontend.kind === 'ClusterIP') {
      const picks = internal.action === 'forward' && internal.policy === policy;
      return picks ? [place(ways.slots)] : [];
    }
    if (external.action === 'reject') return [];
    return [place(policy === 'Cluster' ? ways.slots : ways.localSlots)];
  });
}

/** The key of a frontend in maps of all protocols. */
function dispatchKey(frontend: Frontend, { protocol }: ServicePortPlan): Key {
  const port = `${protocol.toLowerCase()} . ${frontend.port}`;
  return (frontend.kind === 'NodePort' ? port : `${frontend.address} . ${port}`) as Key;
}

/** The start of a frontend's keys in slot maps, which are of one protocol each. */
function slotFrontend(frontend: Frontend): Key {
  return (
    frontend.kind === 'NodePort' ? `${frontend.port}` : `${frontend.address} . ${frontend.port}`
  ) as Key;
}

/** Where the maps of addresses and those of node ports differ. */
interface Ways {
  readonly dispatch: 'services' | 'node-ports';
  readonly noEndpoint: 'no-endpoint-services' | 'no-endpoint-node-ports';
  readonly slots: SlotKind;
  readonly localSlots: SlotKind;
}

const addressWays: Ways = {
  dispatch: 'services',
  noEndpoint: 'no-endpoint-services',
  slots: 'service-endpoints',
  localSlots: 'service-local-endpoints',
};

const nodePortWays: Ways = {
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
      // The key is kept: joined, it is one text, where a template would leave six small ones behind it.
      this.#share('hairpin', [address, address, protocol, number].join(' . ') as Key);
    }
  }

  /** One address may be both an external IP and the load balancer's: then the first that leads to endpoints counts. */
  #addFrontend(frontend: Frontend, port: ArrangedPort): void {
    const { plan } = port;
    const key = dispatchKey(frontend, plan);
    if (frontend.kind === 'NodePort') {
      this.#addExternal(frontend, key, nodePortWays, port);
      return;
    }
    if (frontend.kind === 'LoadBalancerIP') this.#addFirewall(key, plan);
    if (this.#isTaken(key)) return;
    if (frontend.kind !== 'ClusterIP') {
      this.#addExternal(frontend, key, addressWays, port);
      return;
    }
    this.#share('cluster-ips', `${frontend.address}` as Key);
    this.#addInternal(frontend, key, port);
  }

  #isTaken(key: Key): boolean {
    return this.dispatch.get(addressWays.dispatch)?.has(key) === true;
  }

  #addInternal(frontend: Frontend, key: Key, port: ArrangedPort): void {
    const { internal } = port.plan;
    if (internal.action === 'forward') {
      this.#put('services', key, goto(this.#pick(internal.policy, frontend, addressWays.slots, port).name));
    } else this.#refuse(key, internal, addressWays);
  }

  #addExternal(frontend: Frontend, key: Key, ways: Ways, port: ArrangedPort): void {
    const { external, externalTrafficPolicy } = port.plan;
    if (external.action !== 'reject') {
      const cluster = this.#pick('Cluster', frontend, ways.slots, port);
      const chain =
        externalTrafficPolicy === 'Local'
          ? this.#externalLocal(cluster, frontend, ways, port)
          : this.#external(cluster);
      this.#put(ways.dispatch, key, goto(chain));
    }
    if (external.action !== 'forward') this.#refuse(key, external, ways);
  }

  #external(pick: Pick): ChainName {
    return pick.shape === undefined
      ? this.#own(externalName(pick.name), externalRules(pick.name))
      : this.#use(this.#made.external(pick.shape));
  }

  #externalLocal(cluster: Pick, frontend: Frontend, ways: Ways, port: ArrangedPort): ChainName {
    const size = port.slots.local.length;
    const local = size === 0 ? undefined : this.#pick('Local', frontend, ways.localSlots, port);
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
    // Its rule counts the turns: one that Services share would give each of them every second or third.
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

  #addFirewall(key: Key, { firewall, external, frontends }: ServicePortPlan): void {
    if (firewall === undefined || external.action === 'reject') return;
    // The node's requests carry the load balancer's address as source, since that is often a local one.
    const own = frontends.flatMap((frontend) =>
      frontend.kind === 'LoadBalancerIP' && firewall.nodeMayPass ? [frontend.address] : [],
    );
    const shape = this.#made.firewall([...firewall.sourceRanges, ...own]);
    this.#put('firewall', key, goto(this.#use(shape)));
  }

  #refuse(key: Key, { action }: Exclude<Route, { action: 'forward' }>, { noEndpoint }: Ways): void {
    this.#put(noEndpoint, key, action === 'reject' ? reject : drop);
  }

  #put(set: DispatchSet, key: Key, data: Data): void {
    put(this.dispatch, set, key, data);
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

/** A chain that picks; `shape` where other Services have it too. */
interface Pick {
  readonly name: ChainName;
  readonly shape?: Shape;
}

function put<S>(maps: Map<S, Map<Key, Data>>, set: S, key: Key, data: Data): void {
  const elements = maps.get(set);
  if (elements === undefined) maps.set(set, new Map([[key, data]]));
  else elements.set(key, data);
}
