import type { EndpointRecord } from '../state/records.ts';

/** This node's place in the topology, for `hints.forNodes` and `hints.forZones`. */
export interface NodeTopology {
  readonly nodeName: string;
  /** Empty if the node has no zone label. */
  readonly zone: string;
  /** Whether `hints.forNodes` are honoured (feature gate PreferSameTrafficDistribution). */
  readonly nodeHints: boolean;
}

/**
 * The ready candidates with a hint for this node, else for its zone, else all of them. A kind of hint counts only if
 * every candidate has it and one of them matches (KEP-2433, KEP-3015).
 */
export function availableByTopology<Candidate extends Hinted>(
  ready: readonly Candidate[],
  node: NodeTopology,
): readonly Candidate[] {
  const forNode = node.nodeHints
    ? hintedFor(ready, ({ record }) => record.forNodes, node.nodeName)
    : undefined;
  return forNode ?? hintedFor(ready, ({ record }) => record.forZones, node.zone) ?? ready;
}

interface Hinted {
  readonly record: Pick<EndpointRecord, 'forNodes' | 'forZones'>;
}

function hintedFor<Candidate extends Hinted>(
  ready: readonly Candidate[],
  hints: (candidate: Candidate) => readonly string[] | undefined,
  place: string,
): readonly Candidate[] | undefined {
  if (ready.some((candidate) => hints(candidate) === undefined)) return undefined;
  const hinted = ready.filter((candidate) => hints(candidate)?.includes(place));
  return hinted.length > 0 ? hinted : undefined;
}
