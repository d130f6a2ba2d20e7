import type { LoadedState } from '../plan/loaded-state.ts';
import type { Source } from '../sources/source.ts';
import type { Reconciler } from '../sync/reconciler.ts';
import type { ProblemReports } from './problem-reports.ts';
import type { Serving } from './serve.ts';

export interface FollowInput {
  readonly source: Source;
  readonly loaded: LoadedState;
  readonly reconcilers: readonly Pick<Reconciler, 'request' | 'demandFull'>[];
  readonly problems: Pick<ProblemReports, 'updated'>;
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
    state.gaps = update.gaps ?? state.gaps;
    // What was kept for objects that were not known may go, if they are not there now.
    const isComplete = update.gaps?.length === 0;
    if (!state.hasDirty && !isComplete) return;
    serving?.queued();
    for (const reconciler of reconcilers) {
      if (state.nodeChanged || isComplete) reconciler.demandFull();
      reconciler.request();
    }
  }, signal);
}
