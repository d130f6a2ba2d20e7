import type { LoadedState } from '../plan/loaded-state.ts';
import type { Source } from '../sources/source.ts';
import type { Reconciler } from '../sync/reconciler.ts';
import type { ProblemReports } from './problem-reports.ts';
import type { Serving } from './serve.ts';

export interface FollowInput {
  readonly source: Source;
  readonly loaded: LoadedState;
  readonly reconcilers: readonly Reconciler[];
  readonly problems: ProblemReports;
  /** Nobody is served where it is absent. */
  readonly serving?: Pick<Serving, 'changed' | 'queued'>;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Takes what the source tells of into the state, and has the reconcilers bring it into force, until the signal aborts. */
export function follow({
  source,
  loaded,
  reconcilers,
  problems,
  serving,
  signal,
}: FollowInput): Promise<void> {
  const { state } = loaded;
  return source.follow((update) => {
    const effective = update.changes.filter((change) => state.apply(change));
    serving?.changed(update.changes, effective);
    problems.updated(state, update);
    if (!state.hasDirty) return;
    serving?.queued();
    for (const reconciler of reconcilers) {
      if (state.nodeChanged) reconciler.demandFull();
      reconciler.request();
    }
  }, signal);
}
