import type { Packet } from '../../trace/packet.ts';
import type { TrafficChange } from './compare-answers.ts';
import { everyone, ProbeComparer } from './compare-probes.ts';
import { otherTraffic } from './other-traffic.ts';
import { probesOf } from './probes.ts';
import { type Affinity, joined, type TrafficFrontend } from './traffic-frontend.ts';
import type { TrafficInput } from './traffic-sides.ts';
import type { TrafficSources } from './traffic-sources.ts';

/** What changes for traffic in one family. */
export interface TrafficComparison {
  readonly family: TrafficSources['family'];
  /** Those that change. */
  readonly frontends: readonly FrontendChange[];
  /** Changed traffic that is not for a frontend of a Service. */
  readonly others: readonly OtherChange[];
  /** The number of frontends that do not change. */
  readonly same: number;
  /** What the rules ask and cannot be known from here, where the outcome depends on it. */
  readonly unknowns: readonly string[];
}

export interface FrontendChange {
  readonly frontend: TrafficFrontend;
  readonly status: 'gained' | 'lost' | 'changed';
  readonly changes: readonly ChangeFor[];
}

export interface OtherChange {
  /** `ports of ClusterIPs that no Service has`. */
  readonly what: string;
  readonly destination: Pick<Packet, 'destination' | 'port' | 'protocol'>;
  readonly changes: readonly ChangeFor[];
}

/** A change and the clients that it holds for. */
export interface ChangeFor {
  readonly who: readonly string[];
  readonly change: TrafficChange | AffinityChange;
}

export interface AffinityChange {
  readonly kind: 'affinity';
  readonly before: Affinity;
  readonly after: Affinity;
}

/** Traces packets from every kind of client to every frontend of both sides, and reports what changes. */
export function compareTraffic(input: TrafficInput): TrafficComparison {
  const { before, after, sources } = input;
  const comparer = new ProbeComparer(input);
  const probes = probesOf(sources);
  const keys = new Set([...before.frontends.keys(), ...after.frontends.keys()]);
  const frontends = [...keys].flatMap((key): readonly FrontendChange[] => {
    const [left, right] = [before.frontends.get(key), after.frontends.get(key)];
    const frontend = left !== undefined && right !== undefined ? joined(left, right) : (left ?? right);
    if (frontend === undefined || input.isSame(frontend)) return [];
    const changes = [
      ...comparer.compare(probes(frontend), { hairpin: true }),
      ...affinityChange(left, right),
    ];
    return changes.length === 0 ? [] : [{ frontend, status: statusOf(left, right), changes }];
  });
  const others = otherTraffic(input).flatMap(({ what, destination, probes }): readonly OtherChange[] => {
    const changes = comparer.compare(probes, { hairpin: false });
    return changes.length === 0 ? [] : [{ what, destination, changes }];
  });
  const same = keys.size - frontends.length;
  return { family: sources.family, frontends, others, same, unknowns: [...comparer.unknowns] };
}

function statusOf(
  before: TrafficFrontend | undefined,
  after: TrafficFrontend | undefined,
): FrontendChange['status'] {
  if (before === undefined) return 'gained';
  return after === undefined ? 'lost' : 'changed';
}

/** The change of session affinity, where both sides say whether there is any. */
function affinityChange(
  before: TrafficFrontend | undefined,
  after: TrafficFrontend | undefined,
): readonly ChangeFor[] {
  if (before === undefined || after === undefined) return [];
  const [left, right] = [before.affinity(), after.affinity()];
  if (left.kind === 'unknown' || right.kind === 'unknown') return [];
  const isSameKind = left.kind === right.kind;
  const seconds = [left, right].flatMap((affinity) =>
    'seconds' in affinity ? (affinity.seconds ?? []) : [],
  );
  if (isSameKind && (seconds.length < 2 || seconds[0] === seconds[1])) return [];
  return [{ who: [everyone], change: { kind: 'affinity', before: left, after: right } }];
}
