import { type Cidr, cidrFamily, prefixLengthOf } from '../net/cidr.ts';
import { overlap } from '../net/networks.ts';
import type { Problem } from '../state/problem.ts';
import type { NodeRecord } from '../state/records.ts';

/**
 * The nodes with the networks of pods that are theirs alone: of two that overlap the earlier node keeps its own, so that packets go
 * the same way on every node that has the same order, and the other's is named.
 */
export function disjointNetworks(nodes: readonly NodeRecord[]): {
  readonly nodes: readonly NodeRecord[];
  readonly problems: readonly Problem[];
} {
  const holders = new Holders();
  const problems: Problem[] = [];
  const kept = nodes.map((node) => {
    const podCIDRs = node.podCIDRs.filter((network) => {
      const holder = holders.overlapping(network);
      if (holder === undefined) return holders.add(network, node.name);
      const reason = `has ${network} in spec.podCIDRs, which overlaps ${holder.network} of Node ${holder.node}`;
      problems.push({ object: `Node ${node.name}`, reason });
      return false;
    });
    return podCIDRs.length === node.podCIDRs.length ? node : { ...node, podCIDRs };
  });
  return { nodes: kept, problems };
}

/** Who holds which network. Those of one length are equal or apart, and nearly all have one length. */
class Holders {
  readonly #byLength = new Map<string, Map<Cidr, string>>();

  add(network: Cidr, node: string): true {
    const length = lengthOf(network);
    const same = this.#byLength.get(length) ?? new Map<Cidr, string>();
    this.#byLength.set(length, same.set(network, node));
    return true;
  }

  overlapping(network: Cidr): { readonly network: Cidr; readonly node: string } | undefined {
    const length = lengthOf(network);
    for (const [otherLength, others] of this.#byLength) {
      const node = otherLength === length ? others.get(network) : undefined;
      if (node !== undefined) return { network, node };
      if (otherLength === length) continue;
      for (const [other, holder] of others)
        if (overlap(network, other)) return { network: other, node: holder };
    }
    return undefined;
  }
}

/** With the family, since a length means another number of hosts in each. */
function lengthOf(network: Cidr): string {
  return `${cidrFamily(network)}/${prefixLengthOf(network)}`;
}
