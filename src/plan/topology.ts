import type { EndpointRecord } from '../state/records.ts';

/** Where this node stands, for `hints.forNodes` and `hints.forZones`. */
export interface NodeTopology {
  readonly nodeName: string;
  /** Empty where the node carries no zone label. */
  readonly zone: string;
  /** Whether `hints.forNodes` are obeyed (feature gate PreferSameTrafficDistribution). */
  readonly nodeHints: boolean;
}

/**
 * Those of the ready candidates that are hinted for this node, else for its zone, else all.
 * A kind of hint counts only when every candidate carries it and one names this place (KEP-2433, KEP-3015).
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
