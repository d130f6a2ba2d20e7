import { setImmediate } from 'node:timers/promises';
import type { Address } from '../net/address.ts';
import { type Family, families } from '../net/family.ts';
import type { PlanBook } from '../plan/plan-book.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import { type Clock, sleep } from '../sync/clock.ts';
import { doublingPause } from '../sync/pace.ts';
import type { SyncEvent } from '../sync/sync-event.ts';
import type { ConntrackTable } from './flow.ts';
import { hasFlows, isStale, presentEndpoints } from './frontends.ts';
import { StaleFlowScope } from './stale-flow-scope.ts';

/** The outcome of a pass over the flows of a family. */
export type ConntrackOutcome = {
  readonly family: Family;
  readonly milliseconds: number;
} & (
  | { readonly result: 'done'; readonly deleted: number }
  /** `again`: the previous pass failed, too. The next one, after a pause, covers the same scope. */
  | { readonly result: 'failed'; readonly error: Error; readonly again: boolean }
);

export interface StaleFlowsOptions {
  readonly state: Pick<ClusterState, 'slicesOf' | 'holder'>;
  readonly book: Pick<PlanBook, 'plans'>;
  readonly table: ConntrackTable;
  /** The node's addresses that node ports answer on, as they now are. */
  readonly nodePortAddresses: (family: Family) => readonly Address[];
  readonly report: (outcome: ConntrackOutcome) => void;
  readonly clock: Clock;
  /** No pass begins any more when it aborts. */
  readonly signal: AbortSignal;
}

/** Milliseconds to wait after a failed pass, doubled each time: without permission, passes fail for ever. */
const firstRetry = 1_000;
const lastRetry = 60_000;

/**
 * Deletes flows that were created by rules no longer in force. Passes run beside the syncs, one at a time in each
 * family; changes during a pass are left for the next, and a failed pass is repeated. A pass covers only Services that
 * changed, and there is none if no port of theirs has flows that may become stale.
 */
export class StaleFlows {
  readonly #options: StaleFlowsOptions;
  readonly #work: Readonly<Record<Family, FamilyWork>> = { IPv4: newWork(), IPv6: newWork() };

  constructor(options: StaleFlowsOptions) {
    this.#options = options;
  }

  /** Takes every event of syncs. Returns at once: passes run in the background. */
  hear(event: SyncEvent): void {
    const work = this.#work[event.family];
    switch (event.kind) {
      case 'taken':
        for (const change of event.changes) work.planned.add(change);
        break;
      case 'applied':
        moveApplied(work, event);
        this.#start(event.family);
        break;
      case 'tidied':
        if (event.isSettled) work.due.moveFrom(work.unsettled);
        this.#start(event.family);
        break;
    }
  }

  /** Resolves when no pass is running. */
  async idle(): Promise<void> {
    await Promise.all(families.map((family) => this.#work[family].running));
  }

  #start(family: Family): void {
    const work = this.#work[family];
    work.isWanted = !work.due.isEmpty;
    if (work.isWanted && !work.isResting) work.running ??= this.#passes(family, work);
  }

  async #passes(family: Family, work: FamilyWork): Promise<void> {
    while (work.isWanted && !work.isResting && !this.#options.signal.aborted) {
      // The sync that caused it goes first.
      await setImmediate();
      work.isWanted = false;
      const scope = new StaleFlowScope();
      scope.moveFrom(work.due);
      const outcome = await this.#pass(family, scope, work.failures > 0);
      work.failures = outcome.result === 'failed' ? work.failures + 1 : 0;
      if (outcome.result === 'failed') {
        work.due.moveFrom(scope);
        void this.#rest(family, work);
      }
      this.#options.report(outcome);
    }
    work.running = undefined;
  }

  /** Pauses after a failure. Passes that become due meanwhile wait, too. */
  async #rest(family: Family, work: FamilyWork): Promise<void> {
    const { clock, signal } = this.#options;
    work.isResting = true;
    await sleep(clock, doublingPause(work.failures, firstRetry, lastRetry), signal);
    work.isResting = false;
    this.#start(family);
  }

  async #pass(family: Family, scope: StaleFlowScope, again: boolean): Promise<ConntrackOutcome> {
    const started = performance.now();
    const about = () => ({ family, milliseconds: performance.now() - started });
    try {
      const deleted = await this.#deleteStale(family, scope);
      return { ...about(), result: 'done', deleted };
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      return { ...about(), result: 'failed', error, again };
    }
  }

  #deleteStale(family: Family, { services, former }: StaleFlowScope): Promise<number> {
    const { state, book, table, nodePortAddresses } = this.#options;
    const plans = [...services].flatMap((service) => book.plans(family).get(service) ?? []).filter(hasFlows);
    const present = presentEndpoints({
      plans,
      former,
      slicesOf: ({ service }) => state.slicesOf(service).values(),
      nodePortAddresses: nodePortAddresses(family),
      isHeld: (claim) => state.holder(claim) !== undefined,
    });
    const protocols = new Set([...plans, ...former].map(({ protocol }) => protocol));
    return table.deleteFlows(family, [...protocols], (flow) => isStale(flow, present));
  }
}

/** All that was planned is in force. What a full sync replaced is unknown, so it makes all Services due. */
function moveApplied(
  { planned, due, unsettled }: FamilyWork,
  { applied, isSettled }: Extract<SyncEvent, { readonly kind: 'applied' }>,
): void {
  due.moveFrom(planned);
  if (applied.scope === 'full') {
    for (const [service, after] of applied.plans) due.add({ service, before: [], after });
  }
  if (isSettled || !due.isEmpty) due.moveFrom(unsettled);
  if (!isSettled) unsettled.addAll(due);
}

interface FamilyWork {
  /** Changed, but not in force yet. */
  readonly planned: StaleFlowScope;
  /** The scope of the next pass. */
  readonly due: StaleFlowScope;
  /** The scope to pass over once more: packets in transit through the old rules may still create flows. */
  readonly unsettled: StaleFlowScope;
  /** Whether a pass has become due since the last one began. */
  isWanted: boolean;
  /** The number of passes that failed in a row. */
  failures: number;
  isResting: boolean;
  running: Promise<void> | undefined;
}

function newWork(): FamilyWork {
  const scopes = {
    planned: new StaleFlowScope(),
    due: new StaleFlowScope(),
    unsettled: new StaleFlowScope(),
  };
  return { ...scopes, isWanted: false, failures: 0, isResting: false, running: undefined };
}
