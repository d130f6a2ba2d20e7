import { isSlotMap, type SetName } from '../../../nftables/names.ts';
import {
  type Chain,
  type Elements,
  type SetDeclaration,
  sameRules,
  type Table,
} from '../../../nftables/table/table.ts';
import { dnatAddress } from '../../../rules-text/nft/scan-rule.ts';
import type { Affected } from './affected.ts';

/**
 * The frontends that two tables of Portolan's may treat differently. All that concerns a single frontend is in elements
 * whose keys name it, and in chains that these lead to; all other chains concern every frontend.
 */
export function affectedByTables(before: Table, after: Table): Affected {
  if (hasChangedSchema(before, after)) return 'all';
  const addresses = new Set<string>();
  const ports = new Set<number>();
  const endpoints = new Set<string>();
  for (const set of new Set([...before.elements.keys(), ...after.elements.keys()])) {
    for (const key of changedKeys(before.elements.get(set), after.elements.get(set))) {
      const [first = '', second = ''] = key.split(' . ');
      if (set === 'hairpin') endpoints.add(first);
      else if (set.startsWith('node-port-endpoints') || set.startsWith('node-port-local'))
        ports.add(Number(first));
      else if (set === 'node-ports' || set === 'no-endpoint-node-ports') ports.add(Number(second));
      else addresses.add(first);
    }
  }
  if (endpoints.size + addresses.size === 0) return { addresses, ports };
  // A translated packet has an endpoint's address, which may be another frontend's, too.
  const isAtStake = (address: string) => endpoints.has(address) || addresses.has(address);
  for (const table of [before, after]) {
    if (mentions(table.chains.values(), isAtStake)) return 'all';
    for (const [key, isPort] of keysOfSlots(table, isAtStake)) {
      if (isPort) ports.add(Number(key));
      else addresses.add(key);
    }
  }
  return { addresses, ports };
}

/**
 * Whether a chain or a set declaration of both sides differs. One that only one side has is reached by elements only.
 */
function hasChangedSchema({ chains, sets }: Table, after: Table): boolean {
  return (
    [...chains.values()].some((chain) => isChanged(chain, after.chains.get(chain.name))) ||
    [...sets.values()].some((set) => isDeclaredOtherwise(set, after.sets.get(set.name))) ||
    [chains, after.chains].some((one, at) =>
      [...one.values()].some(
        ({ name, hook }) => hook !== undefined && !(at === 0 ? after.chains : chains).has(name),
      ),
    )
  );
}

function isChanged({ hook, rules }: Chain, other: Chain | undefined): boolean {
  return other !== undefined && (hook !== other.hook || !sameRules(rules, other.rules));
}

function isDeclaredOtherwise({ properties }: SetDeclaration, other: SetDeclaration | undefined): boolean {
  return other !== undefined && properties.join('\n') !== other.properties.join('\n');
}

function* changedKeys(some: Elements | undefined, others: Elements | undefined): Iterable<string> {
  for (const [key, data] of some ?? []) if (others?.get(key) !== data) yield key;
  for (const [key] of others ?? []) if (some?.has(key) !== true) yield key;
}

/** Whether a chain of a Service with session affinity names such an endpoint. */
function mentions(chains: Iterable<Chain>, isAtStake: (address: string) => boolean): boolean {
  for (const { rules } of chains) {
    for (const rule of rules) {
      const target = dnatAddress(rule);
      if (target !== undefined && isAtStake(target)) return true;
    }
  }
  return false;
}

/** The keys of frontends with such an endpoint in a slot, and whether each is a node port. */
function* keysOfSlots(
  { elements }: Table,
  isAtStake: (address: string) => boolean,
): Iterable<readonly [string, boolean]> {
  for (const [set, own] of elements) {
    if (!isSlotMap(set)) continue;
    for (const [key, data] of own) {
      if (isAtStake(data.slice(0, data.indexOf(' '))))
        yield [key.slice(0, key.indexOf(' ')), isNodePort(set)];
    }
  }
}

function isNodePort(set: SetName): boolean {
  return set.startsWith('node-port');
}
