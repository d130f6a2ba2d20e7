import type { Trace, TraceVerdict } from '../../trace/trace.ts';

/** What rules do with the packets of one client. */
export interface Answer {
  readonly verdict: TraceVerdict;
  /** The share of the connections that each endpoint gets, 0 to 1. */
  readonly shares: ReadonlyMap<string, number>;
  readonly masquerade: Masquerade;
  /** The endpoints to which it is masqueraded. */
  readonly masqueraded: ReadonlySet<string>;
  readonly unknowns: readonly string[];
}

/** `some`: only connections to some of the endpoints are masqueraded. */
export type Masquerade = 'yes' | 'no' | 'some';

export function answerOf({ verdict, endpoints, masquerade, unknowns }: Trace): Answer {
  const masqueraded = endpoints.filter((endpoint) => endpoint.masquerade).map(({ endpoint }) => endpoint);
  const all = endpoints.length === 0 ? masquerade : masqueraded.length === endpoints.length;
  return {
    verdict,
    shares: new Map(endpoints.map(({ endpoint, share }) => [endpoint, share])),
    masquerade: all ? 'yes' : masqueraded.length > 0 ? 'some' : 'no',
    masqueraded: new Set(masqueraded),
    unknowns,
  };
}

/** One thing that changes for a client. */
export type TrafficChange =
  | {
      readonly kind: 'verdict';
      readonly before: TraceVerdict;
      readonly after: TraceVerdict;
      /** The endpoints of `after`, or of `before` where `after` has none. */
      readonly endpoints: readonly string[];
    }
  | {
      readonly kind: 'endpoints';
      readonly gained: readonly string[];
      readonly lost: readonly string[];
      /** How many there are on each side. */
      readonly before: number;
      readonly after: number;
    }
  | { readonly kind: 'shares'; readonly endpoints: readonly ChangedShare[] }
  /** `before` is `null` where connections went nowhere before. */
  | { readonly kind: 'masquerade'; readonly before: Masquerade | null; readonly after: Masquerade };

export interface ChangedShare {
  readonly endpoint: string;
  readonly before: number;
  readonly after: number;
}

/** The changes from one answer to the other; empty where they are the same. */
export function compareAnswers(before: Answer, after: Answer): readonly TrafficChange[] {
  if (before.verdict !== after.verdict) {
    const endpoints = [...(after.shares.size > 0 ? after : before).shares.keys()];
    const isMasqueraded = after.verdict === 'dnat' && after.masquerade !== 'no';
    return [
      { kind: 'verdict', before: before.verdict, after: after.verdict, endpoints },
      ...(isMasqueraded ? [{ kind: 'masquerade', before: null, after: after.masquerade } as const] : []),
    ];
  }
  return [...endpointChanges(before.shares, after.shares), ...masqueradeChanges(before, after)];
}

type Shares = Answer['shares'];

function endpointChanges(before: Shares, after: Shares): readonly TrafficChange[] {
  const gained = [...after.keys()].filter((endpoint) => !before.has(endpoint));
  const lost = [...before.keys()].filter((endpoint) => !after.has(endpoint));
  if (gained.length + lost.length > 0)
    return [{ kind: 'endpoints', gained, lost, before: before.size, after: after.size }];
  const endpoints = [...before]
    .map(([endpoint, share]) => ({ endpoint, before: share, after: after.get(endpoint) ?? 0 }))
    .filter((share) => Math.abs(share.before - share.after) > tolerance);
  return endpoints.length === 0 ? [] : [{ kind: 'shares', endpoints }];
}

/** Rules round probabilities, and a Maglev table gives each endpoint a slot more or less. */
const tolerance = 0.005;

function masqueradeChanges(before: Answer, after: Answer): readonly TrafficChange[] {
  if (before.masquerade === after.masquerade) return [];
  // Which endpoints there are decides whether all or some are masqueraded.
  const both = [before, after].every(({ masquerade }) => masquerade !== 'no');
  if (both && !sameEndpoints(before.shares, after.shares)) return [];
  return [{ kind: 'masquerade', before: before.masquerade, after: after.masquerade }];
}

function sameEndpoints(before: Shares, after: Shares): boolean {
  return before.size === after.size && [...before.keys()].every((endpoint) => after.has(endpoint));
}
