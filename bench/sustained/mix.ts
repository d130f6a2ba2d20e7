import type { Change } from '../../src/state/records.ts';
import type { ChangingCluster } from '../nftables/events.ts';

/** A Service has at most so many endpoints fewer than at first. */
const mostRemoved = 3;

/**
 * A change of a random Service: half of all replace an endpoint, the others remove or add one, so that every Service
 * keeps about as many as it had at first. `random` gives numbers from 0 up to 1.
 */
export function randomChange(
  cluster: ChangingCluster,
  atFirst: number,
  random: () => number,
): readonly Change[] {
  const below = (limit: number) => Math.floor(random() * limit);
  const index = below(cluster.services);
  const count = cluster.endpointsOf(index);
  if (count > 0 && random() < 0.5) return cluster.replaceEndpoint(index, below(count));
  const fewest = Math.max(0, atFirst - mostRemoved);
  const remove = count >= atFirst || (count > fewest && random() < 0.5);
  return remove ? cluster.removeEndpoint(index, below(count)) : cluster.addEndpoint(index);
}
