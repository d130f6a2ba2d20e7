import { type Protocol, protocols } from '../net/family.ts';

/** The name of the one table of each family. */
export const tableName = 'portolan';

export type ChainName = string & { readonly brand: 'nftables ChainName' };

/** Maps and sets share their names in nft. */
export type SetName = FixedSet | ClientSetName;

/** A set that packets fill: the clients that stay with an endpoint. */
export type ClientSetName = string & { readonly brand: 'nftables ClientSetName' };

/** The frontends that a slot map is for, and whether its endpoints are all or only this node's. */
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

/** A map whose elements are the slots of frontends of one protocol: each names one endpoint. */
export type SlotMap = `${SlotKind}-${Lowercase<Protocol>}`;

export function slotMapName(kind: SlotKind, protocol: Protocol): SlotMap {
  return `${kind}-${lowerCase[protocol]}`;
}

const lowerCase = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' } as const satisfies Record<Protocol, string>;

export const slotMaps: readonly SlotMap[] = slotKinds.flatMap((kind) =>
  protocols.map((protocol) => slotMapName(kind, protocol)),
);

/** Maps and sets that say what becomes of a packet by its destination. */
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

/** Sets in which several Services may have the same element. */
export type SharedSet = 'cluster-ips' | 'hairpin';

export const sharedSets: readonly SharedSet[] = ['cluster-ips', 'hairpin'];

/** Sets and maps that the skeleton declares. */
export type FixedSet = SlotMap | DispatchSet | SharedSet;

export const fixedSets: readonly FixedSet[] = [...slotMaps, ...dispatchSets, ...sharedSets];

const slotMapNames: ReadonlySet<string> = new Set(slotMaps);

export function isSlotMap(set: SetName): set is SlotMap {
  return slotMapNames.has(set);
}

const clients = '-clients';

/** The set of the clients that stay with the endpoint of this chain. */
export function clientSetName(endpointChain: string): ClientSetName {
  return `${endpointChain}${clients}` as ClientSetName;
}

/** Whether a set is filled by packets, not by Portolan. */
export function isClientSet(name: string): name is ClientSetName {
  return name.endsWith(clients);
}
