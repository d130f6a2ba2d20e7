import type { Frontend, ServicePortPlan } from '../plan/service-plan.ts';
import type { Packet } from '../trace/packet.ts';
import type { Outcome, RuleStep, Step, TraceVerdict } from '../trace/trace.ts';

/** What happens to a packet, and why, in words. */
export interface Explanation {
  readonly packet: Packet;
  /** Who sends it, where that is more than an address: `pod default/cli`. */
  readonly client: string | undefined;
  /** The service port that has the destination, by the objects or else by the rules; `undefined` where neither says. */
  readonly target: Target | undefined;
  readonly verdict: TraceVerdict;
  /** Why, in one sentence: `default/web:http has no endpoints`. */
  readonly summary: string;
  readonly endpoints: readonly ExplainedEndpoint[];
  readonly masquerade: boolean;
  readonly unknowns: readonly string[];
  readonly assumptions: readonly string[];
  /** Further remarks from the objects, in words. */
  readonly notes: readonly string[];
  readonly path: readonly ExplainedStep[];
}

/** A service port that answers at the packet's destination. */
export interface Target {
  /** `namespace/name:port`. */
  readonly service: string;
  /** `undefined` where the rules name the Service but not which of its addresses this is. */
  readonly frontend: Frontend['kind'] | undefined;
}

/** An endpoint that connections may go to. */
export interface ExplainedEndpoint {
  readonly endpoint: string;
  /** Of the connections, with one decimal; where nothing is unknown and nothing refused they sum to 100. */
  readonly percent: number;
  readonly masquerade: boolean;
  /** What the objects say about it. */
  readonly backend: Backend | undefined;
}

/** A step of a trace, with the reason for it. */
export type ExplainedStep =
  | (Step & { readonly kind: 'hook' })
  | (RuleStep & Reasoned)
  | (Step & { readonly kind: 'policy' } & Reasoned)
  | ({ readonly kind: 'fork'; readonly branches: readonly ExplainedBranch[] } & Reasoned)
  | ({ readonly kind: 'end'; readonly outcome: Outcome } & Reasoned);

interface Reasoned {
  /** In words: `matched: ClusterIP of default/web:http`. */
  readonly reason: string;
}

export type ExplainedRule = RuleStep & Reasoned;
export type ExplainedFork = ExplainedStep & { readonly kind: 'fork' };

export interface ExplainedBranch {
  /** 0 to 1, of the packets at the fork; `undefined` where it cannot be known. */
  readonly share: number | undefined;
  readonly condition: string;
  /** What cannot be known from here, and the answer on this branch. */
  readonly question?: string;
  readonly answer?: boolean;
  readonly path: readonly ExplainedStep[];
}

/** What the objects say about the packet; any part may be unknown. */
export interface Knowledge {
  /** The service port that should answer at the packet's destination. */
  readonly target: { readonly plan: ServicePortPlan; readonly frontend: Frontend } | undefined;
  /** As in `Explanation`. */
  readonly client: string | undefined;
  /** Pods and nodes by `ip:port` of an endpoint. */
  readonly backends: ReadonlyMap<string, Backend>;
  /** Anything else worth knowing, in words. */
  readonly remarks: readonly string[];
}

/** What serves as an endpoint. */
export interface Backend {
  /** `namespace/name`. */
  readonly pod: string | undefined;
  readonly node: string | undefined;
  readonly isOnThisNode: boolean;
}

export const nothingKnown: Knowledge = {
  target: undefined,
  client: undefined,
  backends: new Map(),
  remarks: [],
};
