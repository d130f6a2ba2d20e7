import type { EndpointRecord } from '../state/records.ts';
import type { Endpoint, EndpointChoice } from './service-plan.ts';
import { availableByTopology, type NodeTopology } from './topology.ts';

/** An endpoint of a service port with the conditions that decide whether it is used. */
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

export interface Selection {
  readonly endpoints: EndpointChoice;
  /** Whether there is a usable endpoint on any node. */
  readonly usableAnywhere: boolean;
}

/**
 * Chooses the endpoints that this node sends traffic to, in the order of the candidates: ready ones, or where a policy
 * has none, terminating ones that still serve (KEP-1669).
 */
export function selectEndpoints(
  candidates: readonly Candidate[],
  use: PolicyUse,
  node: NodeTopology,
): Selection {
  const forCluster = use.cluster ? clusterCandidates(candidates, node) : [];
  const forLocal = use.local ? readyOrTerminating(candidates.filter(isLocal)) : [];
  const chosen = union(candidates, forCluster, forLocal);
  const cluster = endpointsOf(forCluster);
  const local = endpointsOf(forLocal);
  const reachable = endpointsOf(chosen, cluster, local);
  const onThisNode = endpointsOf(chosen.filter(isLocal), local, reachable);
  return {
    endpoints: { cluster, local, reachable, onThisNode },
    usableAnywhere: cluster.length > 0 || (use.local && candidates.some(isUsable)),
  };
}

/** The members of either list, in the order of the candidates. */
function union(
  candidates: readonly Candidate[],
  cluster: readonly Candidate[],
  local: readonly Candidate[],
): readonly Candidate[] {
  if (local.length === 0) return cluster;
  const chosen = new Set([...cluster, ...local]);
  return chosen.size === cluster.length ? cluster : candidates.filter((candidate) => chosen.has(candidate));
}

const none: readonly Endpoint[] = Object.freeze([]);

/** Reuses one of `known`, which are subsets of the same candidates, so that equal length means equal content. */
function endpointsOf(
  candidates: readonly Candidate[],
  ...known: readonly (readonly Endpoint[])[]
): readonly Endpoint[] {
  if (candidates.length === 0) return none;
  return (
    known.find(({ length }) => length === candidates.length) ?? candidates.map(({ endpoint }) => endpoint)
  );
}

function clusterCandidates(candidates: readonly Candidate[], node: NodeTopology): readonly Candidate[] {
  const ready = candidates.filter(({ record }) => record.ready);
  return ready.length > 0 ? availableByTopology(ready, node) : candidates.filter(isServingTerminating);
}

function readyOrTerminating(candidates: readonly Candidate[]): readonly Candidate[] {
  const ready = candidates.filter(({ record }) => record.ready);
  return ready.length > 0 ? ready : candidates.filter(isServingTerminating);
}

function isLocal(candidate: Candidate): boolean {
  return candidate.local;
}

function isServingTerminating({ record }: Candidate): boolean {
  return record.serving && record.terminating;
}

function isUsable(candidate: Candidate): boolean {
  return candidate.record.ready || isServingTerminating(candidate);
}
