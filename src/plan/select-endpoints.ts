import type { EndpointRecord } from '../state/records.ts';
import type { Endpoint, EndpointChoice } from './service-plan.ts';
import { availableByTopology, type NodeTopology } from './topology.ts';

/** An endpoint of a service port with the conditions that decide about its use. */
export interface Candidate {
  readonly endpoint: Endpoint;
  readonly local: boolean;
  readonly record: EndpointRecord;
}

/** Which traffic policies the service port's frontends use. */
export interface PolicyUse {
  readonly cluster: boolean;
  readonly local: boolean;
}

export interface Selection extends EndpointChoice {
  /** Whether any node has a usable endpoint, this one or another. */
  readonly usableAnywhere: boolean;
}

/**
 * Chooses the endpoints that this node sends traffic to, in the order of the candidates.
 * Ready ones; where a policy finds none, those that still serve while they terminate (KEP-1669).
 */
export function selectEndpoints(
  candidates: readonly Candidate[],
  use: PolicyUse,
  node: NodeTopology,
): Selection {
  const cluster = use.cluster ? clusterCandidates(candidates, node) : [];
  const local = use.local ? readyOrTerminating(candidates.filter((candidate) => candidate.local)) : [];
  const chosen = new Set([...cluster, ...local]);
  return {
    cluster: cluster.map(({ endpoint }) => endpoint),
    local: local.map(({ endpoint }) => endpoint),
    reachable: candidates.filter((candidate) => chosen.has(candidate)).map(({ endpoint }) => endpoint),
    usableAnywhere: cluster.length > 0 || (use.local && candidates.some(isUsable)),
  };
}

function clusterCandidates(candidates: readonly Candidate[], node: NodeTopology): readonly Candidate[] {
  const ready = candidates.filter(({ record }) => record.ready);
  return ready.length > 0 ? availableByTopology(ready, node) : candidates.filter(isServingTerminating);
}

function readyOrTerminating(candidates: readonly Candidate[]): readonly Candidate[] {
  const ready = candidates.filter(({ record }) => record.ready);
  return ready.length > 0 ? ready : candidates.filter(isServingTerminating);
}

function isServingTerminating({ record }: Candidate): boolean {
  return record.serving && record.terminating;
}

function isUsable(candidate: Candidate): boolean {
  return candidate.record.ready || isServingTerminating(candidate);
}
