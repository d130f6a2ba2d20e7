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

/** What checks can observe. Each part is read at most once, when a check first needs it. */
export interface DoctorContext {
  readonly config: ProxyConfig;
  readonly nodeName: string;
  /** The families to check: both, or that of `--family`. */
  readonly families: readonly Family[];
  readonly objects: Objects;
  /** The Service of `--service`, if there is one. */
  readonly service: ServiceKey | undefined;
  /** The API server's range of node ports. */
  readonly nodePortRange: NodePortRange;
  readonly machine: Machine;
  readonly live: LiveView;
  /** The differences that a sync would remove. */
  drift(loaded: LoadedState): AsyncIterable<Drift>;
}

/** The objects, or why there are none. */
export type Objects =
  | { readonly loaded: LoadedState }
  /** The source failed: an API server that does not answer, a folder that does not exist; and what to do next. */
  | { readonly missing: string; readonly next: string }
  /** No source was given. */
  | { readonly notAsked: string };

/** A check of doctor. It must not change anything on the node. */
export interface DoctorCheck {
  /** Stable, for programs, `--only` and `--skip`: `mtu`. */
  readonly check: string;
  /** For people: `MTU from pod to uplink`. */
  readonly title: string;
  /** How long it may take, 15 by default. Then its signal aborts, and its result is no longer awaited. */
  readonly seconds?: number;
  /** Observes and judges. An error becomes a finding of severity `unknown` with the error's message as the reason. */
  examine(context: DoctorContext, signal: AbortSignal): Promise<readonly Finding[]>;
}

/** A check in two halves: `observe` reads from the node, `judge` is pure and says what that means. */
export interface CheckHalves<Observed> extends Omit<DoctorCheck, 'examine'> {
  observe(context: DoctorContext, signal: AbortSignal): Promise<Observed>;
  judge(observed: Observed): readonly Finding[];
}

export function defineCheck<Observed>({ observe, judge, ...rest }: CheckHalves<Observed>): DoctorCheck {
  return { ...rest, examine: async (context, signal) => judge(await observe(context, signal)) };
}

/** The objects, for checks that need them. Throws an `Unobservable` where there are none. */
export function requireObjects(context: DoctorContext): LoadedState {
  const loaded = objectsIfAny(context);
  if (loaded === undefined) throw new Unobservable('it needs the objects, and there are none (see objects)');
  return loaded;
}

/** The objects, for checks that can do without. */
export function objectsIfAny({ objects }: DoctorContext): LoadedState | undefined {
  return 'loaded' in objects ? objects.loaded : undefined;
}
