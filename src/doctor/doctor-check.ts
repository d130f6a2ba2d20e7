import type { ProxyConfig } from '../config/proxy-config.ts';
import type { Drift } from '../diff/rules/live-drift.ts';
import type { LiveView } from '../kernel/live-view.ts';
import type { Machine } from '../kernel/node/machine.ts';
import { Unobservable } from '../kernel/unobservable.ts';
import type { Family } from '../net/family.ts';
import type { LoadedState } from '../plan/loaded-state.ts';
import type { ServiceKey } from '../state/records.ts';
import type { Finding } from './check.ts';
import type { NodePortRange } from './cluster/sockets/node-port-range.ts';

/** What the checks look at. Everything of it is read at most once, when a check first asks for it. */
export interface Subject {
  readonly config: ProxyConfig;
  readonly nodeName: string;
  /** Those that the operator asked for: both, or one. */
  readonly families: readonly Family[];
  readonly objects: Objects;
  /** The Service that the operator asks about, if there is one. */
  readonly service: ServiceKey | undefined;
  /** The node ports that the API server allocates. */
  readonly nodePortRange: NodePortRange;
  readonly machine: Machine;
  readonly live: LiveView;
  /** What a sync would change now. */
  drift(loaded: LoadedState): AsyncIterable<Drift>;
}

/** The objects, or in words why there are none. */
export type Objects =
  | { readonly loaded: LoadedState }
  /** An API server that does not answer, a folder that is not there; and what to do about it. */
  | { readonly missing: string; readonly next: string }
  /** The operator named no source. */
  | { readonly notAsked: string };

/** One of the things that doctor looks at. Nothing that it does may change the node. */
export interface DoctorCheck {
  /** Stable, for programs, `--only` and `--skip`: `mtu`. */
  readonly check: string;
  /** For people: `MTU from pod to uplink`. */
  readonly title: string;
  /** How long it may take; 15 where absent. Then its signal aborts, and what it finds is not waited for. */
  readonly seconds?: number;
  /** Looks and judges. What it throws becomes a finding of severity `unknown` with the error's message as the reason. */
  examine(subject: Subject, signal: AbortSignal): Promise<readonly Finding[]>;
}

/** A check in its two halves: what is read, and what it means, which is pure. */
export interface CheckHalves<Observed> extends Omit<DoctorCheck, 'examine'> {
  observe(subject: Subject, signal: AbortSignal): Promise<Observed>;
  judge(observed: Observed): readonly Finding[];
}

export function defineCheck<Observed>({ observe, judge, ...rest }: CheckHalves<Observed>): DoctorCheck {
  return { ...rest, examine: async (subject, signal) => judge(await observe(subject, signal)) };
}

/** The objects, for checks that make no sense without. Throws an `Unobservable` where there are none. */
export function requireObjects(subject: Subject): LoadedState {
  const loaded = objectsIfAny(subject);
  if (loaded === undefined) throw new Unobservable('it needs the objects, and there are none (see objects)');
  return loaded;
}

/** The objects, for checks that are of use without them, too. */
export function objectsIfAny({ objects }: Subject): LoadedState | undefined {
  return 'loaded' in objects ? objects.loaded : undefined;
}
