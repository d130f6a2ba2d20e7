import { type Protocol, protocols } from '../net/family.ts';

/** The name of Portolan's table, one for each family. */
export const tableName = 'portolan';

export type ChainName = string & { readonly brand: 'nftables ChainName' };

/** The name of a map or set: nft has one namespace for both. */
export type SetName = FixedSet | ClientSetName;

/** The set of an endpoint's clients, which packets fill. */
export type ClientSetName = string & { readonly brand: 'nftables ClientSetName' };

/** The kind of a slot map: for which frontends, and with all endpoints or only this node's. */
export type SlotKind =
  | 'service-endpoints'
  | 'service-local-endpoints'
  | 'node-port-endpoints'
  | 'node-port-local-endpoints';

export const slotKinds: readonly SlotKind[] = [
  'service-endpoints',
  'service-local-endpoints',
  'node-port-endpoints',
  'node-port-local-endpoints',
];

/** A map of slots, each with an endpoint, for the frontends of one protocol. */
export type SlotMap = `${SlotKind}-${Lowercase<Protocol>}`;

export function slotMapName(kind: SlotKind, protocol: Protocol): SlotMap {
  return `${kind}-${lowerCase[protocol]}`;
}

const lowerCase = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' } as const satisfies Record<Protocol, string>;

export const slotMaps: readonly SlotMap[] = slotKinds.flatMap((kind) =>
  protocols.map((protocol) => slotMapName(kind, protocol)),
);

/** Dispatch maps: they decide by its destination what happens to a packet. */
export type DispatchSet =
  | 'services'
  | 'node-ports'
  | 'no-endpoint-services'
  | 'no-endpoint-node-ports'
  | 'firewall';

export const dispatchSets: readonly DispatchSet[] = [
  'services',
  'node-ports',
  'no-endpoint-services',
  'no-endpoint-node-ports',
  'firewall',
];

/** Sets whose elements several Services may share. */
export type SharedSet = 'cluster-ips' | 'hairpin';

export const sharedSets: readonly SharedSet[] = ['cluster-ips', 'hairpin'];

/** Maps and sets that the skeleton declares. */
export type FixedSet = SlotMap | DispatchSet | SharedSet;

export const fixedSets: readonly FixedSet[] = [...slotMaps, ...dispatchSets, ...sharedSets];

const slotMapNames: ReadonlySet<string> = new Set(slotMaps);

export function isSlotMap(set: SetName): set is SlotMap {
  return slotMapNames.has(set);
}

const clients = '-clients';

/** The client set of an endpoint chain. */
export function clientSetName(endpointChain: string): ClientSetName {
  return `${endpointChain}${clients}` as ClientSetName;
}

/** Whether a set is filled by packets rather than by Portolan. */
export function isClientSet(name: string): name is ClientSetName {
  return name.endsWith(clients);
}
