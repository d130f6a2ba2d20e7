import type { Backend } from '../backend/backend.ts';
import type { LoadedState } from '../plan/loaded-state.ts';
import type { Change } from '../state/records.ts';
import type { SyncOutcome } from '../sync/sync-event.ts';
import type { ConntrackObserver } from '../telemetry/metrics/conntrack-metrics.ts';
import type { RuleCounts } from '../telemetry/metrics/rule-counts.ts';

/** The servers of a proxy: told what goes on, they answer who asks. They end with the signal that they were opened with. */
export interface Serving extends ConntrackObserver {
  /** Where iptables rules are counted; in mode iptables only. */
  readonly ruleCounts: RuleCounts | undefined;
  /** The objects are there, and about to be programmed. */
  loaded(loaded: LoadedState): void;
  /** The backend to use instead, which tells what it does. */
  watch(backend: Backend): Backend;
  /** The source told of changes, which the state now holds. */
  changed(changes: readonly Change[]): void;
  /** A sync is asked for. */
  queued(): void;
  /** A sync is done. */
  synced(outcomes: readonly SyncOutcome[]): void;
}

/** Who runs only once serves nothing. */
export const notServing: Serving = {
  ruleCounts: undefined,
  loaded: () => undefined,
  watch: (backend) => backend,
  changed: () => undefined,
  queued: () => undefined,
  synced: () => undefined,
  conntrackReconciled: () => undefined,
};
