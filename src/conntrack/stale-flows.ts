import { setImmediate } from 'node:timers/promises';
import type { Address } from '../net/address.ts';
import { type Family, families } from '../net/family.ts';
import type { PlanBook } from '../plan/plan-book.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { Clock } from '../sync/clock.ts';
import { doublingPause } from '../sync/pace.ts';
import type { SyncEvent } from '../sync/sync-event.ts';
import { Concern } from './concern.ts';
import type { ConntrackTable } from './flow.ts';
import { hasFlows, isStale, presentEndpoints } from './frontends.ts';

/** What one pass over the flows of a family did. */
export type ConntrackOutcome = {
  readonly family: Family;
  readonly milliseconds: number;
} & (
  | { readonly result: 'done'; readonly deleted: number }
  /** `again`: so did the pass before. What it was about is looked at in the next one, after a pause. */
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

/** Milliseconds to wait after a failed pass, doubled at each further one: where it is not permitted, it may be so for ever. */
const firstRetry = 1_000;
const lastRetry = 60_000;

/**
 * Deletes the flows that packets still take by rules which are not in force any more. Passes run beside the syncs, one at a
 * time in a family; what comes meanwhile is the next one, and one that failed is made up for. Only Services that changed are
 * looked for, and nothing is read where none of them has a port whose flows may become stale.
 */
export class StaleFlows {
  readonly #options: StaleFlowsOptions;
  readonly #work: Readonly<Record<Family, FamilyWork>> = { IPv4: newWork(), IPv6: newWork() };

  constructor(options: StaleFlowsOptions) {
    this.#options = options;
  }

  /** To be told of everything that happens to the rules. No work is waited for. */
  hear(event: SyncEvent): void {
    const work = this.#work[event.family];
    switch (event.kind) {
      case 'taken':
        for (const change of event.changes) work.planned.add(change);
        break;
      case 'applied':
        takeApplied(work, event);
        this.#start(event.family);
        break;
      case 'tidied':
        if (event.isSettled) work.due.take(work.unsettled);
        this.#start(event.family);
        break;
    }
  }

  /** Resolves when no pass is under way. */
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
      // The sync that asks for it goes first.
      await setImmediate();
      work.isWanted = false;
      const concern = new Concern();
      concern.take(work.due);
      const outcome = await this.#pass(family, concern, work.failures > 0);
      work.failures = outcome.result === 'failed' ? work.failures + 1 : 0;
      if (outcome.result === 'failed') {
        work.due.take(concern);
        void this.#rest(family, work);
      }
      this.#options.report(outcome);
    }
    work.running = undefined;
  }

  /** Whatever is wanted meanwhile waits too. */
  async #rest(family: Family, work: FamilyWork): Promise<void> {
    const { clock, signal } = this.#options;
    work.isResting = true;
    await clock.sleep(doublingPause(work.failures, firstRetry, lastRetry), signal);
    work.isResting = false;
    this.#start(family);
  }

  async #pass(family: Family, concern: Concern, again: boolean): Promise<ConntrackOutcome> {
    const started = performance.now();
    const about = () => ({ family, milliseconds: performance.now() - started });
    try {
      const deleted = await this.#deleteStale(family, concern);
      return { ...about(), result: 'done', deleted };
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      return { ...about(), result: 'failed', error, again };
    }
  }

  #deleteStale(family: Family, { services, former }: Concern): Promise<number> {
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

/** All that was planned is in force. After a full sync anything may have stood before. */
function takeApplied(
  { planned, due, unsettled }: FamilyWork,
  { applied, isSettled }: Extract<SyncEvent, { readonly kind: 'applied' }>,
): void {
  due.take(planned);
  if (applied.scope === 'full') {
    for (const [service, after] of applied.plans) due.add({ service, before: [], after });
  }
  if (isSettled || !due.isEmpty) due.take(unsettled);
  if (!isSettled) unsettled.addAll(due);
}

interface FamilyWork {
  /** Changed, but not in force yet. */
  readonly planned: Concern;
  /** To be looked at in the next pass. */
  readonly due: Concern;
  /** To be looked at once more: packets on their way through the rules of before may still make flows. */
  readonly unsettled: Concern;
  /** A pass was asked for since the last one began. */
  isWanted: boolean;
  /** So many passes in a row failed, and the pause after the last of them is not over. */
  failures: number;
  isResting: boolean;
  running: Promise<void> | undefined;
}

function newWork(): FamilyWork {
  const concerns = { planned: new Concern(), due: new Concern(), unsettled: new Concern() };
  return { ...concerns, isWanted: false, failures: 0, isResting: false, running: undefined };
}
